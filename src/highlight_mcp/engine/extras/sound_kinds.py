"""Kinds of sounds that reasons name, as the labels of AudioSet (Gemmeke et al. 2017) that belong to each."""

from collections.abc import Mapping

_LABELS = {
    "applause": "Applause|Clapping",
    "cheering": "Cheering|Crowd|Whoop|Yell|Shout|Screaming|Children shouting|Hubbub, speech noise, speech babble|Chant",
    "laughter": "Laughter|Baby laughter|Giggle|Snicker|Belly laugh|Chuckle, chortle",
    "whistle": "Whistle|Whistling",
    "speech": "Speech|Child speech, kid speaking|Conversation|Narration, monologue|Speech synthesizer",
    "singing": "Singing|Choir|Child singing|Rapping|A capella|Vocal music",
    "music": "Music|Musical instrument|Background music|Theme music|Jingle (music)|Song|Guitar|Piano|Organ|Drum"
    "|Percussion|Keyboard (musical)|Electronic music|Pop music|Rock music|Classical music|Dance music",
    "gunfire": "Gunshot, gunfire|Machine gun|Fusillade|Artillery fire|Cap gun|Explosion|Boom|Eruption|Burst, pop",
    "fireworks": "Fireworks|Firecracker",
    "crash": "Smash, crash|Breaking|Shatter|Glass|Bang|Slam|Thump, thud|Whack, thwack",
    "engine": "Engine|Vehicle|Motor vehicle (road)|Car|Car passing by|Race car, auto racing|Truck|Bus|Motorcycle|Idling"
    "|Traffic noise, roadway noise|Accelerating, revving, vroom|Light engine (high frequency)"
    "|Medium engine (mid frequency)|Heavy engine (low frequency)|Engine starting|Boat, Water vehicle"
    "|Motorboat, speedboat|Lawn mower|Chainsaw|Power tool|Drill|Jackhammer",
    "train": "Train|Rail transport|Train horn|Train whistle|Railroad car, train wagon|Subway, metro, underground",
    "aircraft": "Aircraft|Aircraft engine|Jet engine|Helicopter|Fixed-wing aircraft, airplane|Propeller, airscrew",
    "horn": "Vehicle horn, car horn, honking|Toot|Air horn, truck horn|Foghorn",
    "siren": "Siren|Civil defense siren|Police car (siren)|Ambulance (siren)|Fire engine, fire truck (siren)"
    "|Emergency vehicle",
    "alarm": "Alarm|Car alarm|Alarm clock|Fire alarm|Smoke detector, smoke alarm|Buzzer|Beep, bleep",
    "bell": "Bell|Church bell|Change ringing (campanology)|Bicycle bell|Doorbell|Ding-dong|Ding|Gong|Chime",
    "hum": "Hum|Mains hum|Mechanical fan|Air conditioning|Vibration|Throbbing|Whir|Mechanisms",
    "typing": "Typing|Computer keyboard|Typewriter|Clicking",
    "rain": "Rain|Raindrop|Rain on surface",
    "water": "Water|Stream|Waterfall|Ocean|Waves, surf|Gurgling|Liquid|Splash, splatter|Trickle, dribble",
    "wind": "Wind|Wind noise (microphone)|Rustling leaves",
    "thunder": "Thunder|Thunderstorm",
    "dog": "Dog|Bark|Yip|Howl|Bow-wow|Growling|Canidae, dogs, wolves",
    "cat": "Cat|Meow|Purr|Caterwaul",
    "bird": "Bird|Bird vocalization, bird call, bird song|Chirp, tweet|Squawk|Crow|Caw|Chicken, rooster|Duck|Owl|Goose",
    "animal": "Animal|Wild animals|Livestock, farm animals, working animals|Horse|Cattle, bovinae|Moo|Pig|Sheep|Goat"
    "|Neigh, whinny|Bleat|Roaring cats (lions, tigers)|Roar",
    "crying": "Crying, sobbing|Baby cry, infant cry|Whimper|Wail, moan",
    "footsteps": "Walk, footsteps|Run",
    "telephone": "Telephone|Telephone bell ringing|Ringtone",
}  # fmt: skip

KINDS: Mapping[str, tuple[str, ...]] = {kind: tuple(labels.split("|")) for kind, labels in _LABELS.items()}
CROWD = ("applause", "cheering", "laughter")
"""What people do together when something happens."""
STEADY = ("engine", "train", "aircraft", "hum", "typing", "rain", "water", "wind")
"""What goes on by itself, however loud: it answers nothing."""
SILENCE = "Silence"

"""What was said: subtitles, speech, sentences, and finding words in them."""

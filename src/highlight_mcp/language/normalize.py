"""The sentence as given and as read: same words, one spelling, small typing slips put right."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from . import folders
from .lexicon import Codes, alphabet, spelling_words, vocabulary
from .spoken import languages_of

_SHORTEST, _LONG = 3, 6
_WRONG = 3


@folders.remembered
def core_words(code: str) -> frozenset[str]:
    """Short words of the trade, worth mending towards."""
    return frozenset(folders.words(code, "spelling").get("CORE", ()))


@folders.remembered
def ordinary_words(code: str) -> frozenset[str]:
    """Words outside the lexicon that are no slips."""
    return frozenset(folders.words(code, "spelling").get("ORDINARY", ()))


@lru_cache(maxsize=4096)
def corrected(word: str, code: str = folders.ENGLISH) -> str:
    """The word of the vocabulary of a language that was meant, or the word itself."""
    known, core = vocabulary(code), core_words(code)
    if len(word) < _SHORTEST or word in known or word in ordinary_words(code) or "'" in word:
        return word
    if any(stem in known for stem in stems(word)):
        return _dropped_letter(word, code)
    near = sorted((_slip(word, other), other) for other in _candidates(word, code) if within_one(word, other))
    near = [(rank, other) for rank, other in near if rank < _WRONG or other in core or len(word) >= _LONG]
    if not near:
        return word
    if len(near) > 1 and near[0][0] == near[1][0]:
        best = [other for rank, other in near if rank == near[0][0] and other in core]
        return best[0] if len(best) == 1 else word
    return near[0][1]


def _dropped_letter(word: str, code: str) -> str:
    """`begining`: looks like a form of `begin`, yet a letter makes it a longer word of the vocabulary."""
    if len(word) < _LONG + 1:
        return word
    near = [w for w in spelling_words(code).get((word[0], len(word) + 1), ()) if within_one(word, w)]
    return near[0] if len(near) == 1 and near[0].startswith(word[:4]) else word


def _slip(word: str, meant: str) -> int:
    """Swapped letters are likelier than a missing one, that than a doubled, a wrong or a stray one."""
    if len(word) == len(meant):
        return 0 if sorted(word) == sorted(meant) else 3
    if len(meant) > len(word):
        return 1
    doubled = any(word[i] == word[i + 1] and word[:i] + word[i + 1 :] == meant for i in range(len(word) - 1))
    return 2 if doubled else 4


def _candidates(word: str, code: str) -> list[str]:
    lengths = range(len(word) - 1, len(word) + 2)
    return [
        w
        for n in lengths
        for w in spelling_words(code).get((word[0], n), ())
        if min(n, len(word)) > _SHORTEST or w in core_words(code)
    ]


def within_one(a: str, b: str) -> bool:
    """Whether one slip turns a into b."""
    if a == b:
        return True
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 1:
            return True
        return (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        )
    short, long = (a, b) if len(a) < len(b) else (b, a)
    if len(long) - len(short) != 1:
        return False
    i = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    return short[i:] == long[i + 1 :]


def stems(word: str) -> list[str]:
    """Likely base forms of an inflected English word, best first."""
    out = []
    if word.endswith("'s"):
        out.append(word[:-2])
    for ending in ("ing", "ed", "es", "s", "er", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            out += [stem, stem + "e"]
            if len(stem) > 3 and stem[-1] == stem[-2]:
                out.append(stem[:-1])
    return out


_TRADITIONAL = str.maketrans(
    "別裡後從來時會視錄製語條張類種將請給壓緊於併並妳嚴檔鍾寶彙減麥輛頁類鐘週遊戲輯刪掉個後開頭結尾時間鐘秒鏡頭點東西樂聲聽說話讓變長換邊幾兩萬與過這裡裏應該為還沒給無畫轉橫豎豎寬窄調慢靜響輕動"
    "雙單舉屏圖題標語詞寫筆紅藍綠黃顏黑專業節奏緩衝鬆緊處應對顯現觀眾歡掌笑鬧熱場賽進級選擇記錄總體縮擴導輸匯號碼飛復"
    "銷撤產製檔軌壓達員誰門審檢測銀風電傳遞氣質強減穩濾鏡懷舊饱飽對幀頻關閉開啟終據隱藏貼連續買賣額積餘剩嗎麼們從勝圓",
    "别里后从来时会视录制语条张类种将请给压紧于并并你严档钟宝汇减麦辆页类钟周游戏辑删掉个后开头结尾时间钟秒镜头点东西乐声听说话让变长换边几两万与过这里里应该为还没给无画转横竖竖宽窄调慢静响轻动"
    "双单举屏图题标语词写笔红蓝绿黄颜黑专业节奏缓冲松紧处应对显现观众欢掌笑闹热场赛进级选择记录总体缩扩导输汇号码飞复"
    "销撤产制档轨压达员谁门审检测银风电传递气质强减稳滤镜怀旧饱饱对帧频关闭开启终据隐藏贴连续买卖额积余剩吗么们从胜圆",
)
# Characters that sentences about films have beside these, each before its simplified form.
_FURTHER = (
    "幫帮辦办難难鏈链傷伤順顺計计認认試试談谈謝谢課课論论議议講讲證证詢询誤误戰战隊队優优億亿儀仪價价傑杰備备區区協协參参吳吴團团國国圍围塊块墊垫壞坏壯壮報报擁拥擋挡擔担擠挤擺摆攝摄斷断斬斩權权楊杨極极槍枪歐欧歷历歸归殘残滅灭"
    "滾滚滿满潔洁濕湿濟济灣湾爛烂爺爷狀状獎奖獲获環环盡尽盤盘監监確确礙碍離离稱称簡简糾纠紀纪約约純纯細细組组絕绝統统經经維维網网緣缘編编練练縫缝縱纵織织繞绕繼继罷罢義义習习聖圣聯联職职腦脑腳脚腫肿臉脸臟脏臨临艦舰藝艺藥药虛虚"
    "蝦虾補补裝装見见規规覺觉訊讯訓训許许訪访設设評评詳详誇夸誠诚諸诸謀谋譯译讀读貴贵費费賓宾賞赏賠赔贈赠趕赶趙赵跡迹軟软較较載载輔辅輪轮辭辞農农運运違违遠远適适遲迟遺遗郵邮鄉乡鋪铺錯错鍵键閃闪閱阅陣阵陰阴陸陆陽阳際际險险雜杂"
    "雞鸡霧雾靈灵韓韩頂顶項项預预領领頸颈飄飘養养馬马駕驾騎骑驚惊髮发鬥斗魚鱼鳥鸟麗丽齊齐齡龄齒齿龍龙蓋盖塗涂儘尽捲卷鐵铁鋼钢鋒锋鎖锁淺浅漸渐濃浓鮮鲜豔艳閒闲嘗尝隻只癢痒啞哑嘩哗嘆叹噴喷囉啰淨净燈灯誕诞紗纱禮礼婦妇娛娱孫孙媽妈"
    "爾尔紹绍閨闺膽胆歲岁廣广臺台衛卫燒烧愛爱夠够劇剧創创劃划勁劲勞劳勢势勵励厲厉堅坚墮堕壘垒奪夺奮奋嬰婴實实屆届層层帶带幹干庫库廠厂廢废彈弹徑径徹彻恥耻惡恶慣惯慘惨憶忆懶懒撲扑擊击攔拦攤摊敗败敵敌曬晒曉晓曆历棄弃榮荣樣样樓楼"
    "橋桥機机殺杀毀毁決决沖冲況况涼凉淚泪湧涌溫温潑泼潛潜澆浇灑洒煉炼煙烟煩烦爭争獨独畢毕發发盜盗睜睁瞭了矚瞩礎础祕秘稅税窮穷競竞範范築筑籃篮糧粮緒绪線线罰罚羅罗聞闻肅肃脈脉脫脱興兴艱艰莊庄華华葉叶著着蒼苍蓮莲蘇苏蠟蜡術术觸触"
    "訂订託托訴诉診诊詩诗詭诡誌志誦诵諒谅諾诺識识譜谱讚赞財财貢贡販贩貨货貪贪貫贯賀贺賤贱賭赌賴赖賺赚購购贏赢踐践躍跃轟轰邁迈釋释釣钓針针鈴铃銳锐錢钱錶表鍋锅鎮镇鑼锣鑽钻閘闸陳陈隨随頒颁頓顿願愿顧顾餅饼館馆駐驻騙骗騰腾驗验鹹咸"
    "麵面黨党"
    "嚇吓噁恶搶抢撿捡擾扰擷撷斂敛晝昼棟栋構构樞枢槓杠檯台櫃柜歎叹滲渗漢汉濤涛爐炉牆墙瘋疯皺皱睏困簾帘籤签粵粤紋纹紙纸紛纷絲丝綁绑綜综綫线綴缀繩绳纏缠膠胶蕩荡薦荐蘋苹複复襯衬註注諧谐貓猫贊赞醜丑醫医釐厘鈕钮鏟铲須须顛颠車车當当兒儿冊册凍冻剛刚劉刘卻却叢丛吶呐喚唤噸吨"
    "囑嘱夾夹學学屬属島岛帥帅師师帳帐幣币徵征態态慶庆慮虑慾欲憐怜懇恳戀恋戶户拋抛捨舍掃扫掛挂採采揀拣揚扬揮挥損损搖摇撐撑攪搅敘叙數数暫暂氈毡淒凄準准滯滞漲涨濛蒙瀏浏災灾烏乌營营燦灿牽牵狹狭猶犹獻献瑣琐甦苏異异疊叠療疗矯矫砲炮禍祸禦御竄窜筍笋納纳絡络縣县績绩繡绣繪绘"
    "罵骂羨羡膩腻艷艳薩萨蟲虫衆众覽览護护資资踴踊邏逻鄰邻醬酱釘钉鉛铅錦锦鑑鉴階阶雖虽雲云飲饮饒饶騷骚驅驱髒脏齣出嘍喽唄呗螢荧乾干係是牀床峯峰羣群纔才啓启爲为敎教麽么甚什衹只祇只彎弯懸悬掙挣揹背擲掷攬揽曠旷樁桩橢椭櫻樱毆殴漬渍潰溃澤泽灘滩燙烫獅狮瑪玛畝亩癮瘾矇蒙碩硕"
    "祿禄稜棱穀谷窩窝箏筝糢模緻致罎坛腸肠膚肤艙舱蘭兰虧亏蝸蜗裊袅謂谓謎谜豬猪賦赋贖赎軸轴轎轿鄭郑釀酿鉤钩銜衔鋸锯鍊炼鍛锻鎚锤鏽锈闆板闊阔陝陕隕陨霑沾韌韧頗颇飆飙飾饰餓饿駛驶騁骋鬍胡鬚须魯鲁鯊鲨鴨鸭鵝鹅鷹鹰齦龈龜龟"
    "丟丢亂乱亙亘亞亚佇伫佈布佔占侖仑侶侣侷局俠侠倀伥倆俩倉仓倖幸倣仿倫伦偉伟側侧偵侦偽伪傖伧傘伞傚效傢家傭佣傯偬債债傾倾僅仅僑侨僕仆僥侥僱雇儂侬儈侩儉俭儐傧儔俦儕侪償偿儲储儷俪儻傥儼俨兇凶兌兑兗兖內内冑胄冪幂凜凛凱凯則则剋克剎刹剝剥剴剀剷铲劊刽劍剑劑剂務务勛勋勦剿勳勋勸劝勻匀匱匮卹恤厭厌呂吕唸念問问啗啖"
    "啣衔喪丧喫吃喬乔喲哟嗆呛嗇啬嗚呜嗶哔嘔呕嘖啧嘮唠嘯啸嘰叽噓嘘噥哝噯嗳噹当嚀咛嚐尝嚕噜嚥咽嚨咙嚮向嚶嘤囀啭囁嗫囂嚣囈呓囌苏囪囱園园執执堊垩堝埚堯尧塋茔塒埘塚冢塢坞塵尘塹堑墜坠墳坟墾垦壇坛壎埙壙圹壟垄壢坜壩坝壺壶壽寿夢梦奐奂奧奥奩奁妝妆姍姗姦奸姪侄婁娄媧娲媼媪嫗妪嫵妩嫻娴嬈娆嬋婵嬌娇嬝袅嬤嬷嬪嫔嬸婶孃娘"
    "孿孪宮宫寢寝寧宁寵宠尋寻尷尴屍尸屜屉屢屡屨屦岡冈峴岘峽峡崑昆崗岗崙仑崢峥嵐岚嶄崭嶇岖嶸嵘嶺岭嶼屿嶽岳巒峦巔巅巖岩幃帏幗帼幟帜廁厕廂厢廄厩廈厦廚厨廝厮廟庙廬庐廳厅弒弑弔吊彆别彌弥彥彦彫雕彿佛徠徕恆恒悅悦悵怅悶闷悽凄惱恼惻恻愜惬愴怆愷恺愾忾慄栗慍愠慚惭慟恸慫怂慼戚憂忧憊惫憑凭憚惮憤愤憫悯憮怃憲宪懍懔懣懑"
    "懲惩懺忏懼惧懾慑挾挟捫扪掄抡搆构搗捣搾榨摑掴摟搂摯挚摻掺撈捞撓挠撥拨撫抚撳揿撻挞撾挝擄掳擬拟擰拧擱搁擻擞攆撵攏拢攙搀攜携攣挛斃毙斕斓昇升晉晋暈晕暉晖暢畅暱昵曄晔曇昙曖暧書书朧胧朮术枴拐柵栅桿杆梔栀梟枭棗枣棧栈棲栖楓枫楨桢榦干槨椁槳桨樅枞樑梁樸朴樹树樺桦橈桡檜桧檣樯檳槟檸柠檻槛櫓橹櫚榈櫛栉櫝椟櫥橱櫬榇"
    "欄栏欖榄欽钦歟欤歿殁殤殇殮殓殯殡殲歼殼壳毬球氫氢氬氩氳氲氾泛汎泛汙污洩泄洶汹浹浃涇泾淪沦淵渊渙涣渦涡渾浑湊凑湯汤溝沟溼湿滄沧滌涤滬沪滷卤漁渔漣涟漿浆潤润潯浔澀涩澗涧澠渑澱淀濁浊濘泞濫滥濰潍濱滨濺溅瀆渎瀉泻瀋沈瀕濒瀘泸瀝沥瀟潇瀨濑瀰弥瀲潋瀾澜灤滦煥焕煬炀熒荧熾炽燄焰燉炖燜焖燬毁燭烛燴烩燻熏燼烬燾焘爍烁"
    "牘牍牠它牴抵犖荦犛牦犢犊犧牺狽狈猙狰獄狱獰狞獵猎獷犷獸兽獺獭玀猡琺珐琿珲瑤瑶瑩莹瑯琅璣玑璦瑷璽玺璿璇瓊琼瓏珑瓔璎瓚瓒甌瓯甕瓮疇畴痙痉痠酸痺痹瘉愈瘍疡瘓痪瘡疮瘧疟瘺瘘癆痨癒愈癘疠癟瘪癡痴癥症癩癞癬癣癱瘫癲癫皚皑皰疱盃杯盞盏盧卢盪荡睞睐睪睾瞇眯瞞瞒瞼睑硃朱硯砚磚砖磧碛磯矶礦矿礪砺礫砾礬矾禎祯禪禅禱祷禿秃"
    "秈籼稈秆稟禀穌稣穎颖穡穑穢秽穫获窪洼窯窑窺窥竅窍竇窦竊窃筧笕箇个箋笺箠棰篛箬篤笃篩筛簍篓簑蓑簞箪簣篑簫箫簷檐簽签籌筹籐藤籟籁籠笼籬篱籮箩籲吁糝糁糞粪糰团紂纣紆纡紇纥紉纫紐纽紕纰紜纭紡纺紮扎紱绂紲绁紳绅紼绋絀绌絃弦絆绊絛绦絞绞絢绚絨绒絳绛絹绢綏绥綑捆綞缍綢绸綬绶綰绾綱纲綵彩綸纶綺绮綻绽綽绰綾绫綿绵緇缁"
    "緘缄緙缂緝缉緞缎締缔緬缅緯纬緲缈緹缇縈萦縉缙縊缢縐绉縑缣縛缚縝缜縞缟縲缧縴纤縵缦縷缕縹缥繃绷繅缫繆缪繒缯繕缮繙翻繚缭繫系繭茧繳缴繹绎繽缤纓缨纖纤纜缆缽钵罈坛罌罂羈羁羋芈羶膻翹翘聰聪聳耸聶聂聾聋脅胁脣唇脩修脹胀腎肾膾脍膿脓臍脐臏膑臘腊臚胪臥卧芻刍茲兹荊荆莖茎莢荚莧苋菴庵菸烟萇苌萊莱萵莴葦苇葷荤蒐搜蒞莅"
    "蓀荪蓆席蔔卜蔣蒋蔥葱蔭荫蕪芜蕭萧薊蓟薑姜薔蔷薺荠藪薮藹蔼藺蔺蘆芦蘊蕴蘚藓蘿萝虜虏蛻蜕蜆蚬蝕蚀蝨虱螞蚂螻蝼蟈蝈蟬蝉蟯蛲蟻蚁蠅蝇蠍蝎蠔蚝蠣蛎蠱蛊蠶蚕蠻蛮袞衮褲裤褸褛褻亵襖袄襠裆襤褴襪袜襬摆襲袭覓觅覦觎親亲覬觊覲觐觴觞訃讣訌讧討讨訐讦訕讪訖讫訛讹訝讶訟讼訣诀訥讷訶诃証证詁诂詆诋詐诈詔诏詛诅詠咏詣诣詫诧詬诟"
    "詮诠詰诘詼诙誅诛誑诳誘诱誚诮誡诫誣诬誥诰誨诲誶谇誹诽誼谊諂谄諄谆諉诿諍诤諛谀諜谍諦谛諫谏諭谕諮咨諱讳諳谙諶谌諷讽諺谚諼谖謁谒謄誊謊谎謐谧謗谤謙谦謠谣謨谟謫谪謬谬謹谨譁哗譎谲譏讥譙谯譚谭譟噪譫谵譴谴譽誉讒谗讖谶讜谠豈岂豐丰貍狸貝贝貞贞負负貧贫責责貯贮貲赀貳贰貶贬貸贷貽贻貿贸賁贲賂赂賃赁賄贿賅赅賈贾賊贼"
    "賑赈賒赊賜赐賡赓賢贤賬账賻赙贅赘贍赡贓赃贗赝贛赣趨趋踫碰蹕跸蹟迹蹣蹒蹤踪蹺跷躉趸躊踌躋跻躑踯躓踬躡蹑躪躏軀躯軋轧軍军軒轩軔轫軛轭軻轲軼轶軾轼輊轾輒辄輓挽輜辎輝辉輞辋輟辍輥辊輦辇輩辈輳辏輻辐輾辗輿舆轂毂轄辖轅辕轍辙轔辚轡辔辮辫辯辩迴回逕迳遙遥遜逊遷迁遼辽邇迩邐逦鄒邹鄧邓鄴邺酈郦醃腌醞酝釁衅釅酽釗钊釙钋"
    "釦扣釧钏釩钒釵钗鈉钠鈍钝鈐钤鈑钣鈔钞鈞钧鈣钙鈷钴鈸钹鈹铍鈽钸鈾铀鈿钿鉀钾鉅巨鉉铉鉍铋鉑铂鉗钳鉚铆鉸铰鉻铬銅铜銑铣銓铨銖铢銘铭銨铵銬铐銲焊銻锑銼锉鋁铝鋅锌鋇钡鋤锄鋰锂錐锥錕锟錘锤錙锱錚铮錠锭錨锚錫锡錮锢錳锰鍍镀鍔锷鍥锲鍬锹鍰锾鎂镁鎊镑鎗枪鎘镉鎢钨鎬镐鎰镒鎳镍鏃镞鏍镙鏑镝鏗铿鏘锵鏜镗鏝镘鏢镖鏤镂鏨錾鐃铙"
    "鐫镌鐮镰鐲镯鐳镭鐸铎鐺铛鑄铸鑒鉴鑠铄鑣镳鑤刨鑰钥鑲镶鑷镊鑾銮鑿凿閂闩閎闳閏闰閑闲閔闵閡阂閣阁閤合閥阀閩闽閭闾閻阎闈闱闋阕闌阑闐阗闔阖闕阙闖闯闡阐闢辟阬坑陘陉陞升隄堤隴陇隸隶雋隽雛雏霽霁靂雳靄霭靦腼靨靥鞏巩鞦秋韁缰韃鞑韆千韉鞯韋韦韜韬韻韵頃顷頊顼頌颂頑顽頜颌頡颉頤颐頰颊頷颔頹颓顆颗顎颚顓颛顥颢顫颤顰颦"
    "顱颅颯飒颱台颳刮颶飓颼飕飢饥飩饨飪饪飭饬飯饭飴饴飼饲餃饺餉饷餌饵餒馁餚肴餛馄餞饯餡馅餵喂餽馈餾馏餿馊饅馒饉馑饑饥饗飨饜餍饞馋馭驭馮冯馱驮馳驰馴驯駁驳駑驽駒驹駙驸駝驼駟驷駢骈駭骇駱骆駿骏騖骛騫骞騾骡驀蓦驃骠驍骁驕骄驛驿驟骤驢驴驥骥驪骊骯肮髏髅髖髋鬢鬓鬨哄鬱郁魎魉魘魇魷鱿鮑鲍鮪鲔鮫鲛鮭鲑鯀鲧鯉鲤鯖鲭鯛鲷"
    "鯧鲳鯨鲸鯽鲫鰍鳅鰓鳃鰥鳏鰭鳍鰱鲢鰻鳗鰾鳔鱉鳖鱔鳝鱖鳜鱗鳞鱟鲎鱷鳄鱸鲈鳩鸠鳳凤鳴鸣鳶鸢鴆鸩鴉鸦鴕鸵鴛鸳鴣鸪鴦鸯鴻鸿鴿鸽鵑鹃鵠鹄鵡鹉鵪鹌鵬鹏鵲鹊鶉鹑鶯莺鶴鹤鷂鹞鷓鹧鷗鸥鷥鸶鷺鹭鸚鹦鸛鹳鸞鸾鹵卤鹼碱鹽盐麩麸黌黉黴霉黷黩鼇鳌鼕冬鼴鼹齋斋齜龇齟龃齧啮齪龊齬龉齲龋齷龌龐庞龔龚"
)
_TRADITIONAL |= {ord(a): ord(b) for a, b in zip(_FURTHER[::2], _FURTHER[1::2], strict=True)}
# A blank between two Chinese words parts clauses: `两步都不好 退回去吧`.
_APART = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[a-zß-öø-ÿ]+(?:['’][a-z]+)?")
_FRACTIONS = {"1⁄2": "0.5", "1⁄4": "0.25", "3⁄4": "0.75"}
_QUOTES = re.compile(
    r"“(?P<a>[^”“]*)[”“]|\"(?P<b>[^\"]+)\"|「(?P<c>[^」]*)」|『(?P<d>[^』]*)』|《(?P<e>[^》]*)》|«(?P<f>[^»]*)»"
    r"|„(?P<g>[^“”]*)[“”]|【(?P<h>[^】]*)】|‘(?P<i>[^’]+)’(?![a-z])"
    r"|(?<![A-Za-z0-9'])'(?P<j>[^']+(?:'[a-z][^']*)*)'(?![A-Za-z0-9])|`(?P<k>[^`]+)`",
    re.IGNORECASE,
)
_SHOUTED = re.compile(
    r"\b(?:title|titled|heading|caption|text|card|saying|says|reading|reads|called|words?):? +"
    r"(?P<text>(?!BGM\b|HD\b|UHD\b|MP4\b)[A-Z][A-Z0-9'&-]{2,}(?: +[A-Z0-9][A-Z0-9'&-]*)*[!?]?)(?![a-z])"
)
# `the score 2:1` names a text to be shown; figures like these are no time and no shape there.
_SCORE = re.compile(
    r"(?:\bscore(?:line)?|比分)(?: of| is| as)?:?\s?(?P<text>\d{1,3}\s?[:–比-]\s?\d{1,3})(?![\d:])", re.I
)
# A Chinese sentence runs straight into a file name: the name is the ASCII part, tried once for each such run.
_FILE = re.compile(
    r"(?<![A-Za-z0-9_\-.])[A-Za-z0-9_\-.]*\.(?:mp3|wav|m4a|aac|flac|ogg|mp4|mov|mkv|avi|webm|m4v|mts|srt|vtt|ass|png|jpe?g"
    r"|gif)(?![A-Za-z0-9])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """`given`: the sentence in NFKC; `work`: lower case, simplified characters, typos mended.

    `origin[i]` is the offset in `given` of character i of `work`; `protected` are quoted or
    file-name spans of `work` with their content as given.
    """

    given: str
    work: str
    origin: tuple[int, ...]
    protected: tuple[tuple[int, int, str], ...]
    languages: Codes = (folders.ENGLISH,)

    def verbatim(self, start: int, end: int) -> str:
        """The words of the user for a span of the working text."""
        if start >= end or not self.origin:
            return ""
        return self.given[self.origin[start] : self.origin[end - 1] + 1].strip()


def normalize(raw: str) -> NormalizedText:
    """Normalise: NFKC, one apostrophe, simplified characters, lower case; quotes stay as they are."""
    given = unicodedata.normalize("NFKC", raw)
    for sign, number in _FRACTIONS.items():
        given = given.replace(sign, number)
    plain = "".join(c.lower() if len(c.lower()) == 1 else c for c in given)
    plain = plain.replace("’", "'")
    shields = _shields(given)
    own = _unshielded(plain, shields)
    languages = languages_of(own + to_simplified(own))
    if "zh" in languages:
        plain = plain.translate(_TRADITIONAL)
        plain = plain if _KANA.search(plain) else _as_read(_APART.sub(",", plain), "zh")
    work: list[str] = []
    origin: list[int] = []
    protected: list[tuple[int, int, str]] = []
    at = 0
    for start, end, content in [*shields, (len(plain), len(plain), "")]:
        _mend(plain, at, start, work, origin, code=folders.ENGLISH if _mended(languages) else "")
        begin = len(work)
        work.extend(plain[start:end])
        origin.extend(range(start, end))
        if end > start:
            protected.append((begin, len(work), content))
        at = end
    return NormalizedText(given, "".join(work), tuple(origin), tuple(protected), languages)


@folders.remembered
def _variants(code: str) -> tuple[dict[str, str], re.Pattern[str]]:
    found = {variant: word for word, variants in folders.words(code, "variants").items() for variant in variants}
    return found, re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or "(?!)")


def _as_read(text: str, code: str) -> str:
    """The text with the words of regions as those that are looked up; lengths stay as they are."""
    found, regex = _variants(code)
    return regex.sub(lambda match: found[match.group()], text)


def _unshielded(plain: str, shields: list[tuple[int, int, str]]) -> str:
    at, pieces = 0, []
    for start, end, _ in shields:
        pieces.append(plain[at:start])
        at = max(at, end)
    return " ".join([*pieces, plain[at:]])


def _mended(languages: Codes) -> bool:
    """Slips are English ones: beside words of another Latin language a strange word is likelier one of those."""
    return all(alphabet(code) for code in languages[1:])


def to_simplified(text: str) -> str:
    """Traditional characters as simplified ones, as far as they occur in requests; lengths stay as they are."""
    return text.translate(_TRADITIONAL)


def _shields(given: str) -> list[tuple[int, int, str]]:
    found = [(m.start(), m.end(), m.group(m.lastgroup or 0)) for m in _QUOTES.finditer(given)]
    if given != given.upper():
        shouted = ((*m.span("text"), m["text"]) for m in _SHOUTED.finditer(given))
        found += [each for each in shouted if not any(a < each[1] and each[0] < b for a, b, _ in found)]
    for match in _SCORE.finditer(given):
        if not any(a < match.end("text") and match.start("text") < b for a, b, _ in found):
            found.append((*match.span("text"), match["text"]))
    for match in _FILE.finditer(given):
        if not any(start <= match.start() < end for start, end, _ in found):
            found.append((match.start(), match.end(), ""))
    return sorted(found)


def _mend(plain: str, start: int, end: int, work: list[str], origin: list[int], *, code: str) -> None:
    at = start
    for match in _WORD.finditer(plain, start, end):
        work.extend(plain[at : match.start()])
        origin.extend(range(at, match.start()))
        word = corrected(match.group(), code) if code else match.group()
        last = match.end() - 1
        work.extend(word)
        origin.extend(min(match.start() + i, last) for i in range(len(word) - 1))
        origin.append(last)
        at = match.end()
    work.extend(plain[at:end])
    origin.extend(range(at, end))

"""Which kind of thing stands in which slot of a look: the table that merchants may edit.

Words that name a kind are those of `type_words` and those below; docs/reference/slots.md lists
the slots.  A kind in NO_SLOT is known and belongs to no look; a text without any kind is
unmapped, is reported, and is never guessed.
"""

from collections.abc import Mapping
from types import MappingProxyType

OUTFIT_SLOTS = ("top", "bottom", "one-piece", "outer", "shoes", "bag", "accessory")
ROOM_SLOTS = (
    "seat",
    "table",
    "storage",
    "light",
    "textile",
    "rug",
    "decor",
    "plant",
    "tableware",
)
SLOTS = (*OUTFIT_SLOTS, *ROOM_SLOTS)
NO_SLOT = "none"
"""The slot of what is sold and belongs to no look: perfume, gift cards, spare parts."""

EXCLUSIVE = (("one-piece", "top"), ("one-piece", "bottom"))
"""Slots of which a look has at most one: a dress is worn in the place of top and bottom."""

MORE_KINDS: Mapping[str, str] = MappingProxyType(
    {
        # Words that `type_words` lacks, and those that mean something narrower here.
        "top": "topwear polo poloshirt polos camisole camisoles cami tank kurta kurtas kurti"
        " kurtis bodysuit oberteil oberteile haut hauts longsleeve crop henley",
        "sweater": "knitwear knit cardigan cardigans strickjacke turtleneck strickwaren",
        "coat": "outerwear trench trenchcoat anorak waistcoat waistcoats vest vests gilet gilets"
        " poncho ponchos cape capes shrug shrugs overcoat windbreaker bomber fleece chaleco",
        "trousers": "bottomwear joggers sweatpants slacks trackpants churidar salwar patiala"
        " palazzo culottes legging jegging capri tregging treggings unterteil",
        "dress": "jumpsuit jumpsuits romper rompers saree sarees sari playsuit dungarees overall"
        " overalls tracksuit tracksuits lehenga onesie suit suits mono monos catsuit",
        "shoes": "footwear loafers loafer sneaker flats flat moccasin moccasins oxford oxfords"
        " derby brogue brogues slipper slippers espadrilles mules clogs ballerinas calzado",
        "boots": "bootie booties ankleboots",
        "heels": "wedges pump kitten",
        "bag": "crossbody shopper purse rucksack duffel messenger bolsa bolsos pouch minaudiere",
        "jewelry": "jewellery jewelry jewel pendant pendants brooch brooches anklet cufflink"
        " cufflinks bijoux schmuck joyería collar bisuteria",
        "hat": "headwear beret berets headband headbands fedora",
        "scarf": "shawl shawls dupatta dupattas foulard bandana wrap snood",
        "gloves": "glove gloves mittens guantes handschuhe",
        "sunglasses": "eyewear gafas sonnenbrille",
        "belt": "suspenders braces",
        "tie": "bowtie necktie neckties",
        "umbrella": "umbrella umbrellas paraguas",
        # home
        "sofa": "futon chesterfield settees",
        "armchair": "rocker wingback",
        "stool": "barstools footstools hassock",
        "table": "console nightstand nightstands desktop coffeetable",
        "bed": "bunk divan",
        "cabinet": "tallboy bookcases washstand hutch shoecabinet drawers chests"
        " wardrobes chiffonier",
        "shelf": "étagères whatnot regale",
        "lamp": "downlighter downlight downlights leuchter worklight fairylights",
        "rug": "runner dhurrie kilim sheepskin hide",
        "curtain": "sheers voile",
        "throw": "plaid coverlet",
        "decor": "decoration decorations ornament sculpture sculptures figurine art wallart print"
        " prints statue wreath garland tray trays deko decoración décor",
        "plant": "plants bonsai fern flower flowers greenery",
        "plant pot": "pots",
        "plate": "plates crockery dinnerware dishes",
        "pots and pans": "saucepan casserole stockpot pan pans wok skillet",
        # in no look
        "underwear": "underwear innerwear briefs brief bra bras boxers boxer trunk lingerie"
        " shapewear panty panties knickers knicker thong stockings tights pantyhose intimates"
        " hosiery unterwäsche",
        "nightwear": "nightdress nightgown nightwear pajamas pyjamas pyjama loungewear bathrobe"
        " babydoll pijama",
        "swimwear": "swimwear bikini bikinis swimsuit swimsuits boardshorts trunks bañador",
        "beauty": "perfume perfumes fragrance deodorant lipstick mascara foundation polish makeup"
        " eyeshadow kajal gloss concealer moisturiser moisturisers moisturizer sunscreen cleanser"
        " toner serum scrub shampoo compact primer blush eyeliner lotion highlighter nail lip"
        " cosmetics soap mask",
        "gift": "gift gifts giftcard voucher",
        "appliance": "phone charger cable cord headphones speaker oven hob hobs fridge freezer"
        " microwave extractor dishwasher ipad tablet sink sinks tap taps mixer basin washbasin"
        " toilet",
        "part": "handle handles knob knobs leg legs bracket brackets door doors rail rails"
        " worktop worktops tabletop insert drawer front panel hinge castor laces track upright"
        " upholstery strainer underlay",
        "cover": "covers slipcover protector pad pads",
        "tool": "ladder stepladder workbench tool tools",
        "cloth": "cloth yard yarn meter",
        "nursery": "changingtable playpen",
        "toy": "toy toys game games puzzle doll dolls rattle puppet teddy lego",
        "pet": "pet pets dog cat litter",
        "sports gear": "ball balls basketballs footballs basketball football racket dumbbell",
    }
)
"""Kind -> its words; they win over those of `type_words`."""

MORE_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "soft toy": "toy",
        "comfort blanket": "toy",
        "innerwear vests": "underwear",
        "innerwear vest": "underwear",
        "night suits": "nightwear",
        "night suit": "nightwear",
        "baby dolls": "nightwear",
        "bath robe": "nightwear",
        "lounge pants": "nightwear",
        "lounge shorts": "nightwear",
        "lounge tshirts": "nightwear",
        "body mist": "perfume",
        "hair colour": "makeup",
        "swim shorts": "swimwear",
        "one piece": "jumpsuit",
        "one pieces": "jumpsuit",
        "tank top": "camisole",
        "polo shirt": "poloshirt",
        "track suit": "tracksuit",
        "suit jacket": "blazer",
        "sweater vest": "sweater",
        "cardigan vest": "sweater",
        "knitted vest": "sweater",
        "rain jacket": "jacket",
        "rain trousers": "trousers",
        "flip flops": "flipflops",
        "shoe accessories": "laces",
        "shoe laces": "laces",
        "mobile pouch": "phone",
        "tablet sleeve": "tablet",
        "trolley bag": "giftcard",
        "travel accessory": "giftcard",
        "water bottle": "giftcard",
        "accessory gift": "gift",
        "ties and": "tie",
        "wall art": "wallart",
        "art card": "print",
        "potted plant": "plant",
        "plant pot": "planter",
        "plant pots": "planters",
        "bed linen": "bedding",
        "bath mat": "towel",
        "door mat": "doormat",
        "place mat": "plate",
        "tea towel": "plate",
        "kitchen towel": "plate",
        "lamp shade": "lamp",
        "shower curtain": "towel",
        "curtain ring": "rail",
        "curtain rings": "rail",
        "shower curtain ring": "rail",
        "shower curtain rings": "rail",
        "napkin ring": "plate",
        "napkin rings": "plate",
        "teething ring": "toy",
        "cot skirt": "bedding",
        "dressing gown": "nightgown",
        "glasses case": "phone",
        "step stool": "ladder",
        "work bench": "workbench",
        "potting bench": "workbench",
        "balancing bench": "toy",
        "wash stand": "cabinet",
        "loose cover": "cover",
        "leg frame": "legs",
        "wardrobe frame": "wardrobe",
        "soap dish": "soap",
        "chair pad": "cushion",
        "chair cushion": "cushion",
        "cushion cover": "cushion",
        "cushion covers": "cushion",
        "back cushion": "cushion",
        "throw pillow": "pillow",
        "lamp base": "sink",
        "lighting strip": "handle",
        "worktop lighting": "handle",
        "cabinet lighting": "handle",
        "cord set": "cord",
        "curtain rod": "rail",
        "shower rail": "rail",
        "picture ledge": "shelf",
        "tv bench": "sideboard",
        "tv stand": "sideboard",
        "tv unit": "sideboard",
        "media unit": "sideboard",
        "storage bench": "chests",
        "picture frame": "picture",
        "photo frame": "picture",
        "babycare mat": "changingtable",
        "gym mat": "toy",
        "peg basket": "tool",
        "clothes pegs": "tool",
        "storage unit": "shelf",
        "shelving unit": "shelf",
        "storage combination": "shelf",
        "wall storage": "shelf",
        "open storage": "shelf",
        "kitchen trolley": "trolley",
        "book shelf": "bookshelf",
        "side board": "sideboard",
        "dining table": "table",
        "dressing table": "table",
        "bedside table": "table",
        "changing table": "changingtable",
        "coffee maker": "oven",
        "espresso maker": "oven",
        "serving bowl": "bowl",
        "chopping board": "plate",
        "ironing board": "tap",
        "notice board": "print",
        "mirror cabinet": "cabinet",
        "glass door": "door",
        "glass shelf": "shelf",
        "door handle": "handle",
        "drawer front": "front",
        "drawer unit": "cabinet",
        "chest of drawers": "cabinet",
        "sleeping bag": "pajamas",
        "storage bag": "basket",
        "laundry bag": "basket",
        "wine glass": "tumbler",
        "table cloth": "plate",
        "table runner": "plate",
        "bed runner": "throw",
        "bed tent": "toy",
        "bed canopy": "toy",
        "bed pocket": "toy",
        "play mat": "toy",
        "hair accessory": "headband",
    }
)
"""Two words that mean one of the words above, whatever each means alone."""

ACCESSORIES = (
    *("belt", "hat", "scarf", "gloves", "tie", "sunglasses", "watch"),
    *("necklace", "earrings", "ring", "bracelet", "jewelry"),
)
IN_NO_LOOK = (
    *("underwear", "nightwear", "swimwear", "socks", "wallet", "umbrella", "beauty", "gift"),
    *("appliance", "part", "cover", "cloth", "tool", "nursery", "mattress"),
    *("toy", "pet", "sports gear"),
)

SLOT_OF_KIND: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("t-shirt", "shirt", "top", "sweater"), "top"),
        **dict.fromkeys(("trousers", "jeans", "shorts", "skirt"), "bottom"),
        "dress": "one-piece",
        **dict.fromkeys(("jacket", "coat"), "outer"),
        **dict.fromkeys(("shoes", "boots", "sandals", "flip flops", "heels"), "shoes"),
        **dict.fromkeys(("bag", "backpack"), "bag"),
        **dict.fromkeys(ACCESSORIES, "accessory"),
        **dict.fromkeys(("sofa", "armchair", "chair", "stool", "bench", "bed"), "seat"),
        **dict.fromkeys(("table", "desk"), "table"),
        **dict.fromkeys(
            ("wardrobe", "cabinet", "chest of drawers", "shelf", "storage", "trolley", "rack"),
            "storage",
        ),
        "lamp": "light",
        **dict.fromkeys(("curtain", "cushion", "throw", "bed linen", "towel"), "textile"),
        **dict.fromkeys(("rug", "mat"), "rug"),
        **dict.fromkeys(("vase", "mirror", "clock", "picture", "candle", "decor"), "decor"),
        **dict.fromkeys(("plant", "plant pot"), "plant"),
        **dict.fromkeys(("plate", "bowl", "mug", "glass", "pots and pans"), "tableware"),
        **dict.fromkeys(IN_NO_LOOK, NO_SLOT),
    }
)
"""Kind -> slot.  A bed is the seat of a bedroom: the piece that the others are chosen around."""

SECONDARY = frozenset(("stool", "bench", "trolley", "rack", "storage", "mat"))
"""Kinds that fill their slot only in want of a better one: the seat of a room is a sofa or a chair
before a footstool."""

_ENDS = (
    "lampe lampen leuchte leuchten tisch tische stuhl stühle sessel hocker schrank regal kommode"
    " teppich vorhang vorhänge kissen decke decken bett betten spiegel kerze vase kleid kleider"
    " hemd hemden hose hosen jacke jacken mantel mäntel schuh schuhe stiefel tasche taschen"
    " rucksack mütze schal handschuhe gürtel bluse blusen rock röcke"
)
COMPOUND_ENDS = frozenset(_ENDS.split())
"""Words that also name a kind at the end of a compound: "Stehlampe", "Kleiderschrank".  None is
English, where "portable" is no table and "highlight" no lamp."""

RULING = frozenset(("underwear", "nightwear", "swimwear", "appliance", "nursery", "toy", "pet"))
"""Kinds that stay what they are whatever follows: a pajama shirt, a bikini top, a toy kitchen."""

HOLDERS = frozenset(("rack", "cabinet", "wardrobe", "shelf"))
"""Furniture named for what it holds: a hat and coat rack, a shoe and boot cabinet."""

YIELDING = frozenset(("part", "cover", "cloth", "gift", "decor", "sports gear"))
"""Kinds that only count where the text names no other: "cabinet with panel", "floral print"."""

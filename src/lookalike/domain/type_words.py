"""Words of titles and categories that say what kind of thing a product is: the rule table.

Home goods, which the default encoder does not know, and the commonest garments, shoes and bags;
the names of kinds are ours.  The last word that names a kind wins ("lamp table" is a table,
"table lamp" a lamp), and words behind "with", "for" or "in" are of something else.
"""

from collections.abc import Mapping
from types import MappingProxyType

KINDS: Mapping[str, str] = MappingProxyType(
    {
        # seats, tables and storage
        "sofa": "sofa sofas couch couches loveseat settee sofabed sectional canapé divano",
        "armchair": "armchair armchairs recliner sessel butaca fauteuil poltrona",
        "chair": "chair chairs silla sillas stuhl stühle chaise sedia",
        "stool": "stool stools barstool taburete hocker tabouret footstool pouf pouffe ottoman",
        "bench": "bench benches banco bank banc",
        "table": "table tables mesa mesas tisch tische tavolo",
        "desk": "desk desks escritorio schreibtisch bureau scrivania",
        "bed": "bed beds cama bett lit letto bedframe headboard cot daybed",
        "mattress": "mattress mattresses colchon colchón matratze matelas",
        "wardrobe": "wardrobe wardrobes armario kleiderschrank armoire",
        "cabinet": "cabinet cabinets sideboard sideboards cupboard cupboards schrank kommode"
        " buffet credenza dresser dressers nightstand vitrine",
        "chest of drawers": "chest chests drawers cajonera commode",
        "shelf": "shelf shelves shelving bookcase bookcases bookshelf estanteria estantería regal"
        " étagère scaffale ledge",
        "storage": "box boxes basket baskets cesta korb panier crate bin bins organizer organiser"
        " hamper caja container",
        "trolley": "trolley trolleys cart",
        "rack": "rack racks hanger hangers hook hooks rod rods",
        "cover": "cover covers funda",
        # light and textile
        "lamp": "lamp lamps light lights lighting lampara lámpara lampe lampen leuchte leuchten"
        " chandelier spotlight spotlights lantern lanterns lampada lampshade sconce",
        "rug": "rug rugs carpet carpets alfombra teppich tapis tappeto doormat",
        "mat": "mat mats",
        "curtain": "curtain curtains drapes cortina cortinas vorhang vorhänge rideau tenda blind"
        " blinds",
        "cushion": "cushion cushions pillow pillows cojin cojín kissen coussin cuscino"
        " pillowcase pillowcases",
        "throw": "throw throws blanket blankets manta decke bedspread bedspreads",
        "bed linen": "quilt duvet bedding bedlinen bettwäsche sheet sheets",
        "towel": "towel towels toalla handtuch washcloth",
        # decor, kitchen, plants
        "vase": "vase vases jarron jarrón florero vaso",
        "mirror": "mirror mirrors espejo spiegel miroir specchio",
        "clock": "clock clocks wanduhr horloge",
        "picture": "picture pictures poster posters painting cuadro bild tableau artwork",
        "frame": "frame frames marco rahmen cadre",
        "candle": "candle candles candlestick candlesticks vela kerze bougie tealight candleholder",
        "plant": "plant plants planta pflanze plante succulent cactus",
        "plant pot": "planter planters flowerpot",
        "plate": "plate plates plato teller assiette",
        "bowl": "bowl bowls cuenco schüssel schale",
        "mug": "mug mugs cup cups taza tasse tazza",
        "glass": "tumbler tumblers goblet goblets",
        # garments, shoes, bags: only to compare spellings and to file titles without a category
        "t-shirt": "tshirt tshirts tee tees camiseta",
        "shirt": "shirt shirts camisa hemd chemise camicia",
        "top": "top tops blouse blouses blusa bluse tunic tunics",
        "sweater": "sweater sweaters jumper pullover cardigan jersey jersei sudadera sweatshirt"
        " sweatshirts hoodie hoodies",
        "jacket": "jacket jackets coat coats blazer blazers chaqueta abrigo jacke mantel veste"
        " giacca parka",
        "trousers": "trousers trouser pants pantalon pantalón pantalones hose pantaloni chinos"
        " leggings jeggings capris",
        "jeans": "jeans vaqueros",
        "shorts": "shorts bermuda bermudas",
        "skirt": "skirt skirts falda rock jupe gonna",
        "dress": "dress dresses vestido kleid robe abito gown",
        "shoes": "shoe shoes zapato zapatos schuh schuhe chaussures scarpe sneaker sneakers"
        " trainers",
        "boots": "boot boots botas botín botines stiefel bottes stivali",
        "sandals": "sandal sandals sandalias sandalen sandales",
        "flip flops": "flipflop flipflops",
        "heels": "heel heels pumps stiletto stilettos tacones",
        "bag": "bag bags handbag handbags tote bolso tasche sac borsa clutch clutches satchel",
        "backpack": "backpack backpacks rucksack mochila rucksacks",
        "wallet": "wallet wallets purse cartera geldbörse",
        "belt": "belt belts cinturon cinturón gürtel ceinture cintura",
        "hat": "hat hats cap caps gorra sombrero mütze hut chapeau beanie",
        "scarf": "scarf scarves bufanda schal écharpe stole stoles muffler mufflers",
        "sunglasses": "sunglasses",
        "watch": "watch watches",
        "necklace": "necklace necklaces halskette collier",
        "earrings": "earring earrings pendientes ohrringe",
        "ring": "ring rings anillo",
        "bracelet": "bracelet bracelets bangle bangles pulsera armband",
        "socks": "sock socks calcetines socken",
        "tie": "tie ties corbata krawatte",
    }
)

PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "flip flops": "flipflops",
        "flip flop": "flipflops",
        "t shirt": "tshirt",
        "t shirts": "tshirts",
        "plant pot": "planter",
        "plant pots": "planters",
        "flower pot": "planter",
        "candle holder": "candleholder",
        "wash stand": "cabinet",
        "hat stand": "rack",
        "coat stand": "rack",
        "table top": "tabletop",
        "desk top": "tabletop",
        "sleeping bag": "sleepingbag",
        "potted plant": "plant",
        "sofa bed": "sofabed",
        "bed frame": "bedframe",
        "bed linen": "bedding",
        "chest of drawers": "drawers",  # also "chest of 3 drawers": numbers are no words
        "lamp shade": "lampshade",
        "wine glass": "tumbler",
        "track pants": "trousers",
        "quilt cover": "quilt",
        "cushion cover": "cushion",
    }
)

NEAR_KINDS = tuple(
    frozenset(pair.split(" / "))
    for pair in (
        "t-shirt / top",
        "shirt / top",
        "sweater / top",
        "sweater / t-shirt",
        "sweater / jacket",
        "dress / top",
        "jeans / trousers",
        "shorts / trousers",
        "sandals / flip flops",
        "sandals / heels",
        "sandals / shoes",
        "heels / shoes",
        "boots / shoes",
        "bag / wallet",
        "bag / backpack",
        "armchair / chair",
        "cabinet / chest of drawers",
        "cabinet / shelf",
        "rug / mat",
        "throw / bed linen",
    )
)
"""Kinds that shops file either way; the first fifteen from the disagreements between the feed and
the images of a fashion catalog of 40,000 products."""

_BREAKS = "and und et y with for in on w mit für con para avec pour da per by de di del von aus"
BREAKS = frozenset(_BREAKS.split())
"""What follows belongs to something else: "box with lid", "cover for sofa"."""

JOINING = frozenset(["and", "und", "et", "y"])

HOME_KINDS = frozenset(list(KINDS)[: list(KINDS).index("t-shirt")])
"""The kinds that are no fashion: an encoder that knows fashion alone cannot contradict them."""

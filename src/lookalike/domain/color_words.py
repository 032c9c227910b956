"""Words that merchants write for colors, and the families each can mean.

English, with the basic and the commonest trade words of Spanish, German, French and Italian.
Written by hand after docs/decisions/0010 and the color columns of three public catalogs.
"""

from collections.abc import Mapping
from types import MappingProxyType

FAMILY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        # The first family is what the word claims; with the others a picture is no contradiction.
        "black": "black jet onyx ebony negro negra schwarz noir noire nero nera raven",
        "black gray": "asphalt asfalto tinta ink",
        "black blue": "blueblack",
        "white": "white snow blanco blanca weiss weiß blanc blanche bianco bianca porcelain"
        " porcelana optic",
        "white beige": "offwhite ivory marfil ivoire elfenbein crudo ecru roh",
        "white beige yellow": "cream creme crema vanilla vainilla vanille eggshell",
        "white gray": "pearl perla perle chalk",
        "white blue gray": "ice hielo",
        "gray": "gray grey gris grau grigio grise graphite grafito melange ceniza slate smoke"
        " cement concrete stonegrey heather",
        "gray black": "charcoal anthracite antracita anthrazit anthracit gunmetal",
        "gray beige brown": "taupe topo mushroom vison greige",
        "gray silver white": "metallic aluminium aluminum aluminio titanium",
        "silver gray white": "silver plata plateado silber silbern argent argento chrome chromed"
        " nickel platinum",
        "silver gray black white": "steel inox",
        "gold yellow beige brown": "gold golden oro dorado dorada gülden goldfarben doré brass"
        " brasscolor",
        "gold brown": "bronze",
        "gold brown orange": "copper cobre kupfer cuivre rosegold",
        "beige": "beige sand arena oatmeal biscuit champagne linen",
        "beige gray": "stone piedra",
        "beige pink brown": "nude skin",
        "beige brown": "camel kamel",
        "beige green brown": "khaki kaki caqui",
        "brown": "brown marron marrón braun brun marrone brune chocolate coffee mocha espresso"
        " walnut mahogany chestnut chocolat café schoko hazel wenge toffee cacao sepia",
        "brown black": "blackbrown",
        "brown beige": "caramel caramelo tobacco tabaco latte cappuccino",
        "brown beige orange": "tan cognac coñac cuero canela cinnamon",
        "brown orange": "sienna",
        "red": "red rojo roja rot rouge rosso rossa scarlet crimson cherry cereza ruby rubí blood"
        " bermellon vermilion rubin pimenton geranio tomato fresa strawberry",
        "red brown purple": "maroon burgundy burdeos granate wine vino bordeaux bordo weinrot"
        " oxblood garnet bordò",
        "red orange brown": "brick paprika",
        "orange red brown": "rust terracotta terracota caldero henna",
        "orange": "orange naranja arancione mandarina mandarin tangerine pumpkin carrot apricot"
        " albaricoque",
        "orange pink red": "coral koralle corail corallo salmon salmón lachs",
        "orange pink beige": "peach pfirsich pêche melocoton melocotón",
        "yellow": "yellow amarillo amarilla gelb jaune giallo gialla lemon limon limón sun",
        "yellow orange brown": "mustard mostaza senf moutarde ocre ochre ocker curry saffron honey"
        " amber",
        "green": "green verde grün gruen vert verte emerald esmeralda lime lima moss musgo forest"
        " sage jade apple manzana bottle botella pistachio billar caza basil fern avocado grass"
        " hunter salvia",
        "green blue": "teal mint menta minze menthe petrol petroleo petróleo seagreen aquamarine",
        "green brown beige": "olive oliva oliv army",
        "blue black": "navy marino marine marineblau midnight noche",
        "blue": "blue azul blau bleu bleue blu azzurro sky celeste"
        " cobalt royal indigo sapphire zafiro electrico eléctrico prusia denim jeans tejano"
        " cornflower himmelblau",
        "blue green": "turquoise turquesa türkis turkis turchese aqua agua cyan",
        "purple": "purple morado morada violet violeta violett viola lila lilac lavender lavanda"
        " lavendel plum ciruela aubergine eggplant pflaume amethyst grape porpora lilla",
        "purple pink": "mauve malva orchid",
        "pink": "pink rosa rose blush chicle bubblegum flamingo powder",
        "pink red purple": "magenta fuchsia fucsia fuxia raspberry frambuesa hotpink himbeere",
        "multicolor": "multicolor multicolour multicolored multicoloured multi multicolore"
        " multicolorido mehrfarbig bunt multifarben rainbow assorted various printed varios"
        " colourful colorful tricolor",
    }
)  # fmt: skip

PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "off white": "offwhite",
        "rose gold": "rosegold",
        "sea green": "seagreen",
        "blue black": "blueblack",
        "hot pink": "hotpink",
        "dusty rose": "rose",
        "wine red": "wine",
        "brick red": "rust",
        "stainless steel": "steel",
        "navy blue": "navy",
        "stone washed": "denim",
        "gun metal": "gunmetal",
        "ice blue": "blue",
        "multi color": "multi",
        "multi colour": "multi",
        "multi colored": "multi",
        "multi coloured": "multi",
        "clear glass": "clear",
        "mint green": "mint",
        "olive green": "olive",
        "teal blue": "teal",
        "black brown": "blackbrown",
        "brown black": "blackbrown",
        "tejano negro": "black",
        "tejano gris": "gray",
        "grey beige": "taupe",
        "grey brown": "taupe",
        "rosa palo": "pink",
        "verde agua": "mint",
    }
)
"""Words whose meaning together is not that of one of them."""

_MODIFIERS = (
    "light dark medium bright pale deep soft pastel neon fluor fluo fluorescent vivid dusty washed"
    " solid matte matt glossy gloss high metal colour color coloured colored effect stain stained"
    " finish plated claro clara oscuro oscura medio vigore palo fuerte pastell hell dunkel clair"
    " clairs foncé fonce chiaro scuro plain very warm cool faded vintage antique natural bleach"
    " bleached dirty ton tone shade misterio and y und et e with con mit de in out indoor outdoor"
    " handmade battery operated veneer lacquered true classic new"
)
MODIFIERS = frozenset(_MODIFIERS.split())
"""Words beside a color that do not change its family."""

DARKENING = {"dark", "deep", "oscuro", "oscura", "dunkel", "foncé", "fonce", "scuro"}
LIGHTENING = {"light", "pale", "pastel", "claro", "clara", "pastell", "hell", "clair", "chiaro"}
"""Modifiers with which a picture of black, or of white, is no contradiction."""

_COLORLESS = (
    "clear transparent glass frosted crystal wood wooden oak pine birch beech ash"
    " bamboo rattan seagrass cork acacia teak metal lury natural naturel natur stoneware marble"
    " galvanised galvanized patterns pattern leather fibre fiber eiche buche kiefer larch roble"
    " pino cristal transparente"
)
COLORLESS = frozenset(_COLORLESS.split())
"""Words of color columns that name a material or nothing: no claim, and not worth reporting."""

_HEAD_FIRST = (
    "azul verde rojo roja gris rosa amarillo amarilla marron marrón negro negra blanco blanca"
    " naranja morado bleu vert verte rouge noir noire blanc blanche jaune rose grigio rosso nero"
    " bianco giallo tejano"
)
HEAD_FIRST = frozenset(_HEAD_FIRST.split())
"""Colors of languages that say the color first: "azul petroleo" is a blue, "sea green" a green."""

COMPOUND_ENDS: Mapping[str, str] = MappingProxyType(
    {
        "blau": "blue",
        "grün": "green",
        "gruen": "green",
        "rot": "red",
        "gelb": "yellow",
        "grau": "gray",
        "braun": "brown",
        "weiß": "white",
        "weiss": "white",
        "schwarz": "black",
        "rosa": "pink",
        "lila": "purple",
        "orange": "orange",
        "blue": "blue",
        "green": "green",
        "grey": "gray",
        "gray": "gray",
        "brown": "brown",
        "pink": "pink",
        "yellow": "yellow",
    }
)
"""How compounds end: "dunkelblau", "hellgrün", "lightblue"."""
SHORTEST_COMPOUND = 6

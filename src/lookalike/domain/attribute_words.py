"""Words that merchants write for patterns, materials, styles and other attributes.

English, with the basic words of Spanish, German, French and Italian; written by hand.  The
values are those of the attribute's vocabulary in docs/reference/attributes.md.
"""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "pattern": {
            "solid": "solid solids plain unicolor uni unifarben einfarbig liso lisa unito",
            "striped": "striped stripes stripe stripy pinstripe pinstriped breton rayas raya"
            " rayado gestreift streifen rayé rayures righe rigato",
            "checked": "checked check checks checkered chequered plaid tartan gingham"
            " houndstooth argyle cuadros kariert karo carreaux quadri windowpane madras",
            "dotted": "dotted dots dot polka spotted lunares gepunktet punkte pois",
            "floral": "floral florals flower flowers flowery botanical flores geblümt blumen"
            " fleuri fleurs fiori",
            "graphic": "graphic graphics slogan logo photoprint",
            "animal": "leopard zebra snake snakeskin python cheetah tiger cow animal animalprint",
            "camouflage": "camouflage camo camuflaje tarn",
            "zigzag": "zigzag chevron herringbone",
            "abstract": "abstract abstracto abstrakt tie-dye tiedye marbled ikat paisley",
        },
        "material_appearance": {
            "fabric": "cotton linen polyester viscose rayon fabric textile polycotton nylon"
            " elastane jersey algodon algodón lino baumwolle leinen coton lin cotone stoff tela"
            " velvet terciopelo samt poplin chiffon",
            "denim": "denim jean jeans tejano vaquero",
            "knit": "knit knitted wool woolen cashmere acrylic punto tricot lana wolle strick"
            " laine maille maglia mohair",
            "satin": "satin silk seda seide soie seta raso",
            "canvas": "canvas lona leinwand toile",
            "leather": "leather suede nubuck piel cuero leder cuir pelle polipiel"
            " leatherette pleather",
            "metal": "metal steel aluminium aluminum iron brass copper chrome stainless metall"
            " acero stahl métal acier hierro",
            "plastic": "plastic polypropylene abs pvc plastico plástico kunststoff"
            " plastique plastica",
            "glass": "glass vidrio cristal glas verre vetro",
            "paper": "paper cardboard papel papier carta",
            "wood": "wood wooden oak pine birch beech ash walnut teak acacia bamboo rattan madera"
            " holz bois legno roble pino eiche buche mdf veneer plywood",
            "stone": "stone marble granite ceramic stoneware porcelain concrete terracotta piedra"
            " mármol marmor stein keramik pierre marbre pietra terrazzo earthenware",
        },
        "style": {
            "casual": "casual everyday freizeit",
            "sports": "sports sport sporty athletic active activewear deportivo sportlich"
            " sportif gym running training",
            "ethnic": "ethnic indian",
            "formal": "formal business office elegant elegante formell",
            "smart casual": "smart-casual smartcasual",
            "party": "party evening cocktail fiesta festlich soirée",
            "travel": "travel outdoor trekking viaje reise voyage",
            "modern": "modern contemporary moderno minimalist scandinavian moderne",
            "traditional": "traditional classic clasico clásico klassisch classique victorian",
            "rustic": "rustic farmhouse rustico rústico rustikal cottage",
            "industrial": "industrial loft industriell",
            "vintage": "vintage retro",
            "bohemian": "bohemian boho",
        },
    }
)

PHRASES: Mapping[str, str] = MappingProxyType(
    {"smart casual": "smart-casual", "polka dot": "polka", "tie dye": "tie-dye"}
)

_NO_CLAIM = "na n/a none nan other misc home unknown andere otros"
NO_CLAIM = frozenset(_NO_CLAIM.split())
"""Cells that say nothing."""

_TITLE_PATTERNS = (
    "striped pinstriped gestreift checked checkered chequered check plaid tartan gingham"
    " houndstooth kariert polka dotted gepunktet floral camouflage camo leopard"
)
TITLE_PATTERNS = frozenset(_TITLE_PATTERNS.split())
"""Words of a title that say the pattern; not "stripes", "print" or "flower", which are also marks,
techniques and names."""

"""Which merchants' words of each labeled catalog mean which color family."""

# Column and family -> the labels that mean it; other labels are ambiguous and left out.
LABELS = {
    "outfits": (
        "des_color_specification_esp",
        {
            "black": "NEGRO,TEJANO NEGRO",
            "white": "OFFWHITE,BLANCO,MARFIL,BLEACH",
            "gray": "GRIS,GRIS MEDIO VIGORE,GRIS CLARO VIGORE,GRIS OSCURO"
            " VIGORE,ANTRACITA,CENIZA,ASFALTO,TEJANO GRIS,TEJANO GRIS OSCURO,TEJANO"
            " GRIS CLARO",
            "beige": "BEIGE,ARENA,PIEDRA,NUDE",
            "brown": "MARRON,CHOCOLATE,CUERO,TABACO,COFFEE,COGNAC,CARAMELO",
            "red": "ROJO,GRANATE,BURDEOS,VINO,CEREZA,BLOOD,BERMELLON",
            "orange": "NARANJA,TERRACOTA,CALDERO,MANDARINA,NARANJA PASTEL",
            "yellow": "MOSTAZA,AMARILLO,AMARILLO PASTEL,AMARILLO FLUOR,OCRE,CURRY",
            "green": "VERDE,KHAKI,BOTELLA,VERDE"
            " PASTEL,OLIVA,MENTA,ESMERALDA,CAZA,MUSGO,MANZANA,BILLAR,LIMA",
            "blue": "AZUL,NAVY,TEJANO MEDIO,CELESTE,TEJANO OSCURO,TEJANO CLARO,MARINO,AZUL"
            " NOCHE,TURQUESA,INDIGO,ELECTRICO,TINTA,BLUEBLACK,TEJANO SOFT,DIRTY,DIRTY"
            " OSCURO,DIRTY CLARO,PRUSIA",
            "purple": "MORADO,LILA,VIOLETA,MALVA,CIRUELA",
            "pink": "ROSA,FUCSIA,ROSA PASTEL,ROSA PALO,ROSA LIGHT,CHICLE,ROSA FLUOR",
            "gold": "ORO",
            "silver": "PLATA",
        },
    ),
    "fashion": (
        "baseColour",
        {
            "black": "Black",
            "white": "White,Cream,Off White",
            "blue": "Blue,Navy Blue,Turquoise Blue",
            "brown": "Brown,Coffee Brown",
            "gray": "Grey,Charcoal,Grey Melange",
            "red": "Red,Maroon,Burgundy",
            "green": "Green,Olive,Sea Green,Lime Green,Fluorescent Green",
            "pink": "Pink,Magenta",
            "purple": "Purple,Lavender",
            "silver": "Silver,Steel",
            "yellow": "Yellow,Mustard",
            "beige": "Beige,Skin,Nude",
            "gold": "Gold,Bronze,Copper",
            "orange": "Orange,Rust",
            "multicolor": "Multi",
        },
    ),
    "rooms": (
        "color",
        {
            "white": "White,Off-white,High-gloss white,White stain,White stained,Porcelain white",
            "black": "Black,Black stained",
            "gray": "Grey,Dark grey,Light grey",
            "beige": "Beige,Dark beige",
            "brown": "Brown,Brown stained,Dark brown",
            "green": "Green,Light green",
            "yellow": "Yellow,Light yellow",
            "blue": "Blue,Light blue,Dark blue,Medium blue,Turquoise,Light turquoise",
            "pink": "Pink,Light pink",
            "red": "Red,Bright red",
            "orange": "Orange",
            "silver": "Stainless"
            " steel,Chrome-plated,Nickel-plated,Aluminium,Silver-colour,Stainless"
            " steel colour,Aluminium-colour",
            "multicolor": "Multicolour,Assorted colours",
            "gold": "Gold-colour,Brass-colour",
        },
    ),
    "street": (
        "colours",
        {
            "black": "black",
            "gray": "gray",
            "white": "white",
            "brown": "brown",
            "blue": "blue,cyan",
            "green": "green",
            "yellow": "yellow",
            "purple": "purple",
            "red": "red",
        },
    ),
}
TYPES = {"outfits": "des_product_family", "fashion": "articleType", "rooms": "type"}


def family_of(name):
    """Label -> family, of the set `name`."""
    _, groups = LABELS[name]
    return {label: family for family, text in groups.items() for label in text.split(",")}

# ruff: noqa: E501
"""One small valid file of each feed format, by file name."""

XML = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">
<channel>
<title>Shop</title>
<!-- <item><g:id>commented</g:id></item> -->
<item>
  <g:id>A1</g:id>
  <title>plain</title>
  <g:title>Red &amp; blue shirt</g:title>
  <link>https://shop.example/a1</link>
  <g:image_link>https://img.example/a1.jpg</g:image_link>
  <g:additional_image_link>https://img.example/a1b.jpg</g:additional_image_link>
  <g:additional_image_link>https://img.example/a1c.jpg</g:additional_image_link>
  <g:availability>in_stock</g:availability>
  <g:price>19.99 EUR</g:price>
  <g:sale_price>14.99 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-01-01T00:00+0100/2026-01-31T23:59+0100</g:sale_price_effective_date>
  <g:item_group_id>A</g:item_group_id>
  <g:color>Red</g:color><g:material>Cotton</g:material><g:pattern>Striped</g:pattern>
  <g:gender>female</g:gender><g:age_group>adult</g:age_group><g:size>M</g:size>
  <g:product_type>Apparel &gt; Shirts</g:product_type>
  <g:google_product_category>212</g:google_product_category>
  <g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
  <description><![CDATA[<p>Not an <item> & not its </item></p>]]></description>
</item>
<item>
  <g:id>A2</g:id>
  <g:title>Blue shirt</g:title>
  <g:image_link>https://img.example/a2.jpg</g:image_link>
  <g:availability>out of stock</g:availability>
  <g:price>20 EUR</g:price>
  <g:sale_price>18.5</g:sale_price>
</item>
</channel>
</rss>
"""
ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:goo="http://base.google.com/ns/1.0">
<title>Shop</title>
<entry>
  <goo:id>A1</goo:id><title>Shirt</title>
  <link rel="alternate" href="https://shop.example/a1"/>
  <goo:image_link>https://img.example/a1.jpg</goo:image_link>
  <goo:price>19.99 EUR</goo:price><goo:availability>preorder</goo:availability>
</entry>
</feed>
"""
TSV = (
    "id\ttitle\tlink\timage link\tadditional image link\tavailability\tprice\tsale price\tcolor\n"
    "A1\tShirt\thttps://shop.example/a1\thttps://img.example/a1.jpg\t"
    "https://img.example/b%2Cc.jpg,https://img.example/d.jpg\tin stock\t19.99 EUR\t\tRed\n"
)
FACEBOOK = (
    "# Required | A unique ID,# Required | The title,# Required,,,,,,,\n"
    "id,title,description,availability,condition,price,link,image_link,fb_product_category,visibility\n"
    "F1,Shirt,Fine,in stock,new,10.00 USD,https://s.example/1,https://i.example/1.jpg,Shirts,published\n"
    "F2,Skirt,Fine,in stock,new,12.00 USD,https://s.example/2,https://i.example/2.jpg,Skirts,hidden\n"
)
SHOPIFY = """Handle,Title,Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Image Position,Variant Image,Status
shirt,Linen shirt,Acme,Shirts,"summer, sale",true,Color,Red,Size,M,S-RED-M,shopify,3,deny,29.90,https://i.example/back.jpg,3,https://i.example/red.jpg,active
shirt,,,,,,,Red,,L,S-RED-L,shopify,0,deny,31.90,https://i.example/red.jpg,1,https://i.example/red.jpg,
shirt,,,,,,,Blue,,M,,shopify,0,continue,29.90,https://i.example/blue.jpg,2,https://i.example/blue.jpg,
shirt,,,,,,,,,,,,,,,https://i.example/label.jpg,4,,
mug,Mug,Acme,,,true,Title,Default Title,,,,,,deny,9.50,https://i.example/mug.jpg,1,,active
old,Old hat,Acme,Hats,,true,Title,Default Title,,,HAT,,,deny,5.00,https://i.example/hat.jpg,1,,archived
"""
WOOCOMMERCE = """ID,Type,SKU,Name,Published,"Is featured?","Visibility in catalog","Date sale price starts","Date sale price ends","In stock?",Stock,"Sale price","Regular price",Categories,Tags,Images,Parent,"Attribute 1 name","Attribute 1 value(s)"
11,variation,TEE-R,Tee - Red,1,0,visible,,,1,4,15,20,,,https://i.example/red.jpg,TEE,Color,Red
10,variable,TEE,Tee,1,0,visible,,,1,,,,"Clothing > Tees, New","soft, cotton","https://i.example/tee.jpg, https://i.example/tee2.jpg",,Color,"Red, Blue"
12,variation,,Tee - Blue,1,0,visible,2026-02-01,2026-02-28,0,0,15,20,,,,id:10,Color,Blue
13,simple,CAP,Cap,1,0,visible,,,1,,,"9,90",Hats,,https://i.example/cap.jpg,,,
14,simple,SECRET,Secret,-1,0,visible,,,1,,,5,Hats,,https://i.example/s.jpg,,,
"""
JSON_LD = """{"@context": "https://schema.org", "@graph": [
 {"@type": "Organization", "name": "Shop"},
 {"@type": "Product", "sku": "P1", "name": "Lamp", "image": [{"@type": "ImageObject", "url": "https://i.example/1.jpg"}, "https://i.example/2.jpg"],
  "brand": {"@type": "Brand", "name": "Acme"}, "color": "Black", "material": "Steel",
  "isSimilarTo": {"@type": "Product", "sku": "OTHER"},
  "offers": {"@type": "AggregateOffer", "lowPrice": "49.90", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}},
 {"@type": "ProductGroup", "productGroupID": "G", "name": "Chair", "brand": "Acme", "variesBy": "color",
  "hasVariant": [
   {"@type": "Product", "sku": "G-1", "color": "Oak", "image": "https://i.example/g1.jpg",
    "offers": {"@type": "Offer", "price": 99.5, "priceCurrency": "EUR", "availability": "OutOfStock"}},
   {"@id": "#g2"}]},
 {"@id": "#g2", "@type": "Product", "sku": "G-2", "color": "Walnut", "image": "https://i.example/g2.jpg",
  "offers": [{"@type": "Offer", "price": "120.00", "priceCurrency": "EUR", "availability": "http://schema.org/InStock"}]}
]}
"""
PAGE = f"""<!DOCTYPE html>
<html><head><title>Lamp</title>
<script type="application/ld+json">{{"broken": </script>
<script type='application/ld+json'>
{JSON_LD}
</script></head><body><item></body></html>
"""
AGENTIC = (
    '{"feed_id": "f1", "merchant": "Acme", "country": "DE"}\n'
    '{"item_id": "O1", "title": "Shirt", "price": "79.99 USD", "sale_price": "59.99 USD",'
    ' "availability": "in_stock", "image_url": "https://i.example/1.jpg",'
    ' "additional_image_urls": ["https://i.example/2.jpg"], "group_id": "G",'
    ' "url": "https://s.example/1", "enable_search": true, "color": "Red"}\n'
)
ACP = (
    '{"id": "P", "title": "Shirt", "media": [{"type": "image", "url": "https://i.example/p.jpg"}],'
    ' "variants": [{"id": "P-1", "title": "Shirt red", "price": {"amount": 1999, "currency": "EUR"},'
    ' "availability": {"available": true, "status": "in_stock"},'
    ' "media": [{"type": "image", "url": "https://i.example/p1.jpg"},'
    ' {"type": "video", "url": "https://i.example/v.mp4"}],'
    ' "variant_options": [{"name": "color", "value": "Red"}]},'
    ' {"id": "P-2", "price": {"amount": 2000, "currency": "JPY"},'
    ' "availability": {"available": false}}]}\n'
)
PRODUCT_SEARCH = (
    'gs://shop/1.jpg,i1,set1,p1,apparel-v2,Shirt,"color=red,style=formal",\n'
    "gs://shop/3.jpg,i3,set1,p2,apparel-v2,,,\n"
    'gs://shop/2.jpg,i2,set1,p1,apparel-v2,,color=red,"0.1,0.1,,,0.9,0.9,,"\n'
)
SAMPLES = {
    "google.xml": XML,
    "atom.xml": ATOM,
    "google.tsv": TSV,
    "facebook.csv": FACEBOOK,
    "shopify.csv": SHOPIFY,
    "woocommerce.csv": WOOCOMMERCE,
    "product.jsonld": JSON_LD,
    "page.html": PAGE,
    "agentic.jsonl": AGENTIC,
    "acp.jsonl": ACP,
    "product-search.csv": PRODUCT_SEARCH,
}

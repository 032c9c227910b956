// The four calls of the published recipe against a shop of your own, in JavaScript.
//
//   lookalike serve &
//   node examples/recipe.mjs FOLDER_OR_FILE [COLLECTION [SKU]]
//
// FOLDER_OR_FILE is what the service can read: a folder of images, a catalog file, or a folder
// with both, such as demo-shop/catalog.  SKU is the product to begin with, a piece of an outfit;
// by default the first one in stock.
import { Mixpeek, explainSimilarity } from '../clients/js/lookalike.js';

const [, , bucketUri, collection = 'product-catalog', wanted] = process.argv;
if (!bucketUri) {
  console.error('usage: node examples/recipe.mjs FOLDER_OR_FILE [COLLECTION [SKU]]');
  process.exit(2);
}
const client = new Mixpeek({ apiKey: process.env.LOOKALIKE_API_KEY, collection });

// 1. Look at every picture.
const started = await client.buckets.connect({
  collection_id: collection,
  bucket_uri: bucketUri,
  extractors: [
    'image-embedding', 'color-extraction', 'pattern-detection', 'style-classification',
    'object-detection',
  ],
  settings: {
    product_id_field: 'sku',
    multiple_images_per_product: true,
    extract_attributes: [
      'color_family', 'pattern', 'style', 'material_appearance', 'shape', 'complexity', 'aesthetic',
    ],
  },
});
const { counts } = await client.jobs.wait(started.job_id);
console.log(`indexed ${counts.products} products, ${counts.images} images`);

// 2. What looks like a product, in its category and price range.
const [first] = await client.products.list({ where: ['in_stock'], limit: 1 });
const anchor = await client.collections.get(wanted ?? first.sku);

async function similarTo(product, { sameCategory, priceRange, limit = 12 } = {}) {
  const found = await client.retrieve({
    collection_id: collection,
    query: { type: 'image', embedding: product.image_embedding },
    filters: {
      sku: { $ne: product.sku },
      in_stock: true,
      category: sameCategory ? product.category : undefined,
      price: priceRange ? { $gte: priceRange.min, $lte: priceRange.max } : undefined,
    },
    return_fields: [
      'sku', 'name', 'price', 'image_url', 'category', 'similarity_score', 'visual_attributes',
    ],
    limit,
  });
  return found.map((one) => ({ ...one, similarity_reason: explainSimilarity(product, one) }));
}

console.log(`\nlike ${anchor.sku} ${anchor.name}`);
for (const one of await similarTo(anchor, { limit: 5 })) {
  console.log(`  ${one.sku} ${one.similarity_score.toFixed(2)} ${one.price} ${one.similarity_reason}`);
}
const narrow = { sameCategory: true, priceRange: { min: 0, max: 2 * anchor.price } };
console.log(`  ${(await similarTo(anchor, narrow)).length} in ${anchor.category} below ${narrow.priceRange.max}`);

// 3. What completes it.
const complementary = await client.recommendations.getComplementary({
  product_id: anchor.sku,
  product_embedding: anchor.image_embedding,
  product_attributes: anchor.visual_attributes,
  look_type: 'outfit',
  rules: [
    { attribute: 'style', match: 'same' },
    { attribute: 'color_family', match: 'complementary' },
    { attribute: 'category', match: 'different' },
  ],
  limit: 6,
});
const total = anchor.price + complementary.reduce((sum, one) => sum + one.price, 0);
console.log(`\nwith ${anchor.sku}: ${complementary.map((one) => one.sku).join(' ')}`);
console.log(`  all ${complementary.length} and it ${total.toFixed(2)}, the best whole look ${complementary.look_total}`);

// 4. What a shopper did, and what they would like.
const weights = { view: 0.1, save: 0.5, cart: 0.7, purchase: 1.0 };
const seen = await similarTo(anchor, { limit: 4 });
for (const [place, action] of Object.keys(weights).entries()) {
  const product = await client.collections.get(seen[place].sku);
  await client.users.updatePreferences({
    user_id: 'recipe-reader',
    visual_signals: {
      embedding: product.image_embedding,
      attributes: product.visual_attributes,
      weight: weights[action],
    },
  });
}
const feed = await client.retrieve({
  collection_id: collection,
  query: { type: 'user_preferences', user_id: 'recipe-reader' },
  filters: { in_stock: true },
  limit: 20,
});
console.log(`\nfor recipe-reader: ${feed.map((one) => one.sku).join(' ')}`);

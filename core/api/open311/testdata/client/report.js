// Reports a pothole and asks how it stands, as an application of a city does:
//   node report.js SITE KEY
// It prints what it heard, as one line of JSON.
const Open311 = require('open311');
const [site, key] = process.argv.slice(2);

// The library answers by callbacks; a refusal comes as the first argument.
const asked = (client, what, ...rest) => new Promise((resolve, reject) =>
  client[what](...rest, (refused, heard) => refused ? reject(new Error(`${what}: ${refused} ${heard}`)) : resolve(heard)));

(async () => {
  const city = new Open311({ discovery: `${site}/open311/v2/discovery.json`, apiKey: key, format: 'json' });
  await asked(city, 'serviceDiscovery', { cache: true });
  const services = await asked(city, 'serviceList');
  const pothole = services.find((s) => s.service_code === 'report.pothole');
  const definition = await asked(city, 'serviceDefinition', pothole.service_code);
  const [made] = await asked(city, 'submitRequest', {
    service_code: pothole.service_code, lat: 54.9712, long: -2.1013, address_string: 'Mill Lane, Northmoor',
    description: 'A hole as deep as a bucket, by the school gate.', first_name: 'Nia', last_name: 'Price', email: 'nia@example.org',
    attributes: { dangerous: 'true' },
  });
  const [read] = await asked(city, 'serviceRequests', made.service_request_id);
  const open = await asked(city, 'serviceRequests', { status: 'open', service_code: 'report.pothole' });
  let refused = '';
  await asked(city, 'submitRequest', { service_code: pothole.service_code, description: 'Nowhere.' }).catch((why) => { refused = why.message; });
  console.log(JSON.stringify({ endpoint: city.endpoint, pothole, attributes: definition.attributes.map((a) => a.code), made, read, listed: open.length, refused }));
})().catch((why) => { console.error(why); process.exit(1); });

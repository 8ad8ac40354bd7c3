// Node's half of the exchange, on MongoDB's own driver; see interop.cpp.
//   node interop.mjs write URI CASES   fills "node_cases" and "node_typed"
//   node interop.mjs read URI CASES    compares "tenon_cases" and "tenon_typed" byte for byte, and prints "N passed, N failed"
//   node interop.mjs drop URI          drops the database
import { readFileSync } from 'node:fs';
import { BSON, BSONRegExp, Binary, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, MongoClient, ObjectId, Timestamp, UUID } from 'mongodb';

const [command, uri, casesFile] = process.argv.slice(2);
const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10000 });
const db = client.db();

// The deprecated types, which the driver reads and does not write, come with the bytes that the BSON specification gives them.
const cases = casesFile ? JSON.parse(readFileSync(casesFile, 'utf8')) : [];
function bytesOf(one) {
  if (!one.hex) return Buffer.from(BSON.serialize({ _id: one.name, value: BSON.EJSON.deserialize(one.value, { relaxed: false }) }));
  const front = BSON.serialize({ _id: one.name }).subarray(4, -1);
  const body = Buffer.concat([front, Buffer.from('\x03value\0', 'latin1'), Buffer.from(one.hex, 'hex'), Buffer.from([0])]);
  const size = Buffer.alloc(4);
  size.writeInt32LE(body.length + 4);
  return Buffer.concat([size, body]);
}

// The typed document of interop.cpp in the driver's types.
const typed = {
  _id: 'typed',
  oid: new ObjectId('56e1fc72e0c917e9c4714161'),
  when: new Date(1356351330501),
  price: Decimal128.fromString('1.500'),
  uuid: new UUID('73ffd264-44b3-4c69-90e8-e7d1dfc035d4'),
  own: new Binary(Buffer.from([0xff, 0x00, 0x7f]), 0x80),
  blob: new Binary(Buffer.from([0, 1, 2, 254, 255])),
  small: new Int32(-7),
  large: Long.fromString('9007199254740993'),
  real: new Double(-0.0),
  yes: true,
  text: 'héllo 😀',
  pattern: new BSONRegExp('^a/b', 'im'),
  code: new Code('return 1'),
  stamp: new Timestamp({ t: 123456789, i: 42 }),
  least: new MinKey(),
  most: new MaxKey(),
  nothing: null,
  list: [3, 1, 2],
  counts: { a: Long.fromNumber(1), b: Long.fromString('4294967296') },
  inner: { name: 'tea', qty: 2 },
};

let passed = 0;
let failed = 0;
function check(holds, what) {
  if (holds) passed += 1;
  else { failed += 1; console.log(`FAILED: ${what}`); }
}

async function write() {
  for (const one of cases.filter((each) => !each.hex)) {
    await db.collection('node_cases').insertOne({ _id: one.name, value: BSON.EJSON.deserialize(one.value, { relaxed: false }) });
  }
  await db.collection('node_typed').insertOne(typed);
}

async function read() {
  for (const one of cases) {
    const found = await db.collection('tenon_cases').findOne({ _id: one.name }, { raw: true });
    check(found && Buffer.from(found).equals(bytesOf(one)), `what Tenon wrote of "${one.name}" is ${found && Buffer.from(found).toString('hex')}`);
  }
  const raw = await db.collection('tenon_typed').findOne({ _id: 'typed' }, { raw: true });
  check(raw && Buffer.from(raw).equals(Buffer.from(BSON.serialize(typed))), `Tenon's typed document is ${raw && Buffer.from(raw).toString('hex')}`);
  const found = await db.collection('tenon_typed').findOne({ _id: 'typed' }, { promoteLongs: false, promoteValues: false });
  check(found.oid.equals(typed.oid), 'the id');
  check(found.when instanceof Date && found.when.getTime() === 1356351330501, 'the date');
  check(found.price.toString() === '1.500', 'the decimal');
  check(found.uuid.sub_type === 4 && new UUID(found.uuid.buffer).toString() === typed.uuid.toString(), 'the UUID');
  check(found.own.sub_type === 0x80 && Buffer.from(found.own.value()).equals(Buffer.from([0xff, 0, 0x7f])), 'the binary of the user\'s subtype');
  check(found.blob.sub_type === 0 && Buffer.from(found.blob.value()).equals(Buffer.from([0, 1, 2, 254, 255])), 'the generic binary');
  check(found.large.toString() === '9007199254740993' && found.small.value === -7, 'the integers');
  check(Object.is(found.real.value, -0), 'minus zero');
  check(found.text === typed.text, 'the text');
}

try {
  if (command === 'write') await write();
  else if (command === 'read') await read();
  else if (command === 'drop') await db.dropDatabase();
  else throw new Error('usage: interop.mjs write|read|drop URI [CASES]');
} finally {
  await client.close();
}
if (command === 'read') console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

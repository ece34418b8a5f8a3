// The peer's side of the bench: clients that append one event at a time to streams of their own, over one pool.
// node append.mjs '{"url", "connections", "clients", "seconds", "count", "warm", "event"}'
// → {"acts", "seconds", "acts_per_second"}

import { randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const asked = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: asked.url, max: asked.connections });
const store = getPostgreSQLEventStore(asked.url, { schema: { autoMigration: 'None' }, connectionOptions: { pool } });
await store.schema.migrate();

const versions = new Map();
const cases = Array.from({ length: asked.clients }, () => `assessment-${randomUUID().replaceAll('-', '')}`);
let done = 0;

async function act(number) {
  const stream = cases[number];
  const version = versions.get(stream);
  const data = { ...asked.event.data, reasons: `${asked.event.data.reasons} (${done})` };
  const { nextExpectedStreamVersion } = await store.appendToStream(
    stream,
    [{ type: asked.event.type, data, metadata: { ...asked.event.metadata, correlation: stream } }],
    { expectedStreamVersion: version ?? 'STREAM_DOES_NOT_EXIST' },
  );
  versions.set(stream, nextExpectedStreamVersion);
  done += 1;
}

async function together(limit, seconds) {
  const begun = performance.now();
  const client = async (number) => {
    for (let left = limit; left > 0 && performance.now() < begun + seconds * 1000; left -= 1) await act(number);
  };
  await Promise.all(cases.map((_, number) => client(number)));
  return (performance.now() - begun) / 1000;
}

await together(asked.warm, 120);
const before = done;
const took = await together(asked.count ? Math.ceil(asked.count / asked.clients) : Infinity, asked.count ? 120 : asked.seconds);
console.log(JSON.stringify({ acts: done, seconds: took, acts_per_second: (done - before) / took }));
await store.close();
await pool.end();

// Mercurius with its JIT; with LEAN, without the soap package; with CACHE, also its cache.
import Fastify from "fastify";
import mercurius from "mercurius";
import cache from "mercurius-cache";
import { withLean, withUndici } from "./departments.mjs";
import { typeDefs } from "./words.mjs";

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers: process.env.LEAN ? withLean() : await withUndici(), jit: 1 });
if (process.env.CACHE) app.register(cache, { ttl: 5, all: true });
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });

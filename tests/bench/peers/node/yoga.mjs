// GraphQL Yoga on Node's own server; with CACHE, also its response cache.
import { createServer } from "node:http";
import { useResponseCache } from "@graphql-yoga/plugin-response-cache";
import { createSchema, createYoga } from "graphql-yoga";
import { withUndici } from "./departments.mjs";
import { typeDefs } from "./words.mjs";

const plugins = process.env.CACHE ? [useResponseCache({ session: () => null, ttl: 5000 })] : [];
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers: await withUndici() }), plugins, logging: false, graphiql: false });
createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1");

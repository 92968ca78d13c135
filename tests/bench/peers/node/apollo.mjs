// Apollo Server, standalone; with CACHE, also its response cache.
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControl } from "@apollo/server/plugin/cacheControl";
import { startStandaloneServer } from "@apollo/server/standalone";
import responseCache from "@apollo/server-plugin-response-cache";
import { withFetch } from "./departments.mjs";
import { typeDefs } from "./words.mjs";

const caching = [ApolloServerPluginCacheControl({ defaultMaxAge: 5 }), (responseCache.default ?? responseCache)()];
const server = new ApolloServer({ typeDefs, resolvers: await withFetch(), plugins: process.env.CACHE ? caching : [] });
await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: Number(process.env.PORT) } });

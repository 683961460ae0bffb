// A provider of OpenID Connect on loopback: oidc-provider, unmodified, with a sign-in form of one field.
//
// Given as JSON on the command line: port, key and cert (PEM), clientId, clientSecret, redirectUri, people (claims by
// their subject). Says {"issuer": …} when it listens, and ends when its standard input does.
import https from "node:https";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const issuer = `https://127.0.0.1:${given.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: given.clientId,
      client_secret: given.clientSecret,
      redirect_uris: [given.redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["only on loopback"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) =>
    id in given.people && { accountId: id, claims: async () => ({ sub: id, ...given.people[id] }) },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // Nobody is asked whether the page may see who they are.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) {
    return next();
  }
  if (ctx.method === "GET") {
    ctx.type = "html";
    ctx.body = `<!doctype html><html lang="en"><title>Sign in</title>
      <form method="post"><label>Name <input name="name" autofocus></label><button>Sign in</button></form>`;
    return undefined;
  }
  const chunks = [];
  for await (const chunk of ctx.req) {
    chunks.push(chunk);
  }
  const accountId = new URLSearchParams(Buffer.concat(chunks).toString()).get("name");
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId } });
  ctx.respond = false;
  return undefined;
});

https.createServer({ key: given.key, cert: given.cert }, provider.callback()).listen(given.port, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();

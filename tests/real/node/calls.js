// Calls a served fake with @alicloud/ecs20140526; test_node_sdk.py runs this.
// Reads {"endpoint": …, "keys": {…}} from standard input and prints what came of it as JSON.
import { readFileSync } from "node:fs";
import ecs from "@alicloud/ecs20140526";
import openapi from "@alicloud/openapi-client";

const regionId = "cn-hangzhou";
const { endpoint, keys, managed, ordinary } = JSON.parse(readFileSync(0, "utf8"));
const client = new ecs.default(
  new openapi.Config({
    accessKeyId: keys.access_key_id,
    accessKeySecret: keys.access_key_secret,
    securityToken: keys.token ?? undefined,
    regionId,
    endpoint,
    protocol: "http",
  }),
);

async function refusal(networkInterfaceId) {
  const request = new ecs.DeleteNetworkInterfaceRequest({ regionId, networkInterfaceId });
  try {
    await client.deleteNetworkInterface(request);
  } catch (error) {
    return [error.code, error.statusCode];
  }
  return null;
}

const { body } = await client.describeNetworkInterfaces(
  new ecs.DescribeNetworkInterfacesRequest({
    regionId,
    networkInterfaceId: [managed, ordinary],
    tag: [new ecs.DescribeNetworkInterfacesRequestTag({ key: "team", value: "netz ü&+" })],
  }),
);
const found = body.networkInterfaceSets.networkInterfaceSet.map((eni) => [eni.networkInterfaceId, eni.privateIpAddress]);
const onlyManaged = await client.describeNetworkInterfaces(
  new ecs.DescribeNetworkInterfacesRequest({ regionId, serviceManaged: true }),
);
console.log(
  JSON.stringify({
    tagged: Object.fromEntries(found),
    managedIds: onlyManaged.body.networkInterfaceSets.networkInterfaceSet.map((eni) => eni.networkInterfaceId),
    managed: await refusal(managed),
    absent: await refusal("eni-bp1absent"),
    deleted: await refusal(ordinary),
  }),
);

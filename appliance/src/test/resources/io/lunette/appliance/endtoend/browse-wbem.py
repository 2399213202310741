# SPDX-License-Identifier: Apache-2.0
# Browses for WBEM servers with python-zeroconf on the loopback until it is killed: a line of JSON for
# each that comes and goes.
import json
import threading

from zeroconf import ServiceBrowser, Zeroconf


class Printer:
    def say(self, event, name, **more):
        print(json.dumps({"event": event, "name": name, **more}), flush=True)

    def add_service(self, network, kind, name):
        info = network.get_service_info(kind, name, timeout=10000)
        if info is not None:
            texts = {key.decode(): value.decode() for key, value in info.properties.items()}
            self.say("add", name, port=info.port, addresses=info.parsed_addresses(), texts=texts)

    def update_service(self, network, kind, name):
        pass

    def remove_service(self, network, kind, name):
        self.say("remove", name)


network = Zeroconf(interfaces=["127.0.0.1"])
ServiceBrowser(network, ["_wbem-https._tcp.local.", "_wbem-http._tcp.local."], Printer())
print(json.dumps({"event": "browsing"}), flush=True)
threading.Event().wait()

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the boot endpoint of a running appliance tells, to whom, and what it does not. */
@Tag("HA-1")
@Tag("WA-10")
class BootEndpointIT {

  private static final String MAC = "52:54:00:00:00:a1";

  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir Path directory;
  private ServedHome served;
  private DisklessServer alice;

  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).startWithTwoPortals();
    Path image = Files.write(directory.resolve("linux.raw"), new byte[1 << 20]);
    served.call("image", "import", "linux", image.toString());
    served.call("pool", "set", "linux", "--ready", "1");
    alice = new DisklessServer("alice", "alice-secret-1", directory);
    alice.register(served);
    served.call("server", "set", "alice", "--mac", MAC, "--serial", "SN 1");
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private HttpResponse<String> ask(String method, String query) throws Exception {
    URI uri = URI.create("http://" + served.http() + "/boot/ipxe" + query);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void thePointerChangesWhenTheAllocationDoes() throws Exception {
    assertThat(ask("GET", "?mac=" + MAC).body()).contains("waits").doesNotContain("sanboot");

    alice.allocate(served, "linux");
    String script = ask("GET", "?mac=" + MAC).body();
    assertThat(script).startsWith("#!ipxe\n").contains("set initiator-iqn " + alice.initiator);
    assertThat(script.split("iscsi:127.0.0.1::", -1)).as("two portals").hasSize(3);

    served.call("release", "alice");
    assertThat(ask("GET", "?mac=" + MAC).body()).contains("waits").doesNotContain("sanboot");
  }

  @Test
  void itIsFoundByCardSerialNumberAndInitiatorAndAStrangerIsNot() throws Exception {
    assertThat(ask("GET", "?mac=52-54-00-00-00-A1").statusCode()).isEqualTo(200);
    assertThat(ask("GET", "?serial=SN%201").statusCode()).isEqualTo(200);
    assertThat(ask("GET", "?iqn=" + alice.initiator).statusCode()).isEqualTo(200);

    HttpResponse<String> stranger = ask("GET", "?mac=52:54:00:00:00:ff");
    assertThat(stranger.statusCode()).isEqualTo(404);
    assertThat(stranger.body()).contains("no server has MAC address 52:54:00:00:00:ff");
    assertThat(ask("GET", "").statusCode()).isEqualTo(400);
    assertThat(ask("GET", "?mac=x").statusCode()).isEqualTo(400);
    assertThat(ask("GET", "?serial=SN%201&mac=" + MAC).statusCode()).isEqualTo(400);
  }

  @Test
  void theSecretIsToldOnlyIfTheOperatorSaysSo() throws Exception {
    alice.allocate(served, "linux");

    assertThat(ask("GET", "?mac=" + MAC).body())
        .contains("set username alice")
        .doesNotContain("password");

    served.call("server", "set", "alice", "--chap-in-script", "yes");
    assertThat(ask("GET", "?mac=" + MAC).body()).contains("set password:hex ");
  }

  @Test
  void headSaysWhatGetWouldAndNothingElseIsServedWithoutTheToken() throws Exception {
    HttpResponse<String> head = ask("HEAD", "?mac=" + MAC);

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    assertThat(head.body()).isEmpty();
    assertThat(ask("POST", "?mac=" + MAC).statusCode()).isEqualTo(401);
    assertThat(
            client
                .send(
                    HttpRequest.newBuilder(
                            URI.create("http://" + served.http() + "/api/v1/servers"))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(401);
  }
}

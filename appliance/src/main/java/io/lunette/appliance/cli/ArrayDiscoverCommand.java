/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.Home;
import io.lunette.appliance.discovery.ArrayBrowser;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette array discover}: asks the network, and needs no appliance. */
@Command(
    description = {
      "List arrays that say by DNS-SD that they are there.",
      "Anybody on the network can say so: check the certificate before 'array add'."
    })
final class ArrayDiscoverCommand implements Callable<Integer> {

  private final Session session;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      defaultValue = "3s",
      description = "How long to listen (3s).")
  private Duration timeout;

  @Option(
      names = "--address",
      paramLabel = "A",
      description = "Ask only on the network of this address of this machine; on all without.")
  private String address;

  ArrayDiscoverCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    try {
      JsonNode found =
          new ObjectMapper()
              .valueToTree(ArrayBrowser.browse(Optional.ofNullable(address), timeout));
      session.print(
          found, new Table().text("NAME", "name").text("URL", "url").text("HOST", "host"));
      return 0;
    } catch (IOException e) {
      throw new CommandFailure("cannot ask the network: " + Home.reason(e), e);
    }
  }
}

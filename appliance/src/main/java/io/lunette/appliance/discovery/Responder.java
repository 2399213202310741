/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * The process that answers the network: a line of JSON on its input is what it says, the end of its
 * input ends it, whatever becomes of the appliance. On its output it says {@code ADVERTISED} and
 * where, or {@code FAILED} and why, a line each.
 */
final class Responder {

  static final String ADVERTISED = "ADVERTISED ";
  static final String FAILED = "FAILED ";

  private Responder() {}

  /** Runs until its input ends or a signal comes; what was said is taken back in any case. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Announcement said = new ObjectMapper().readValue(input.readLine(), Announcement.class);
    try {
      Advertiser advertiser = Advertiser.open(said, reason -> fail(out, reason));
      Runtime.getRuntime().addShutdownHook(new Thread(advertiser::close));
      out.println(
          ADVERTISED
              + advertiser.addresses().stream()
                  .map(InetAddress::getHostAddress)
                  .collect(Collectors.joining(", ")));
    } catch (IOException e) {
      fail(out, e.getMessage());
    }
    while (input.read() >= 0) {
      // The appliance says nothing more: its end is the end of the input.
    }
    System.exit(0);
  }

  private static void fail(PrintStream out, String reason) {
    out.println(FAILED + reason);
    System.exit(1);
  }
}

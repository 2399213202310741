/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.signing.Ed25519;
import io.lunette.appliance.signing.PublicKeys;
import io.lunette.core.certificate.ChainCheck;
import io.lunette.core.certificate.PublicKey;
import io.lunette.core.certificate.SignedDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette scrub verify}: believes no certificate, and names the first that is not right. */
@Command(
    description = {
      "Verify certificates: signatures, and that none is missing or was changed.",
      "A FILE is verified without an appliance; a REPLICA with the whole chain of the appliance."
    })
final class VerifyCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE|REPLICA",
      description = "A certificate or a chain in a file, or a replica.")
  private String subject;

  @Option(names = "--all", description = "The whole chain of the appliance.")
  private boolean all;

  @Option(
      names = "--public-key",
      paramLabel = "F",
      description = "Trust the keys in this PEM file; the home's own unless given.")
  private Path publicKey;

  @Option(
      names = "--head",
      paramLabel = "F",
      description = {
        "A chain that was kept earlier: nothing up to its end may have changed.",
        "With one certificate in FILE, that must be the one at its end."
      })
  private Path kept;

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws ApiException, CommandFailure {
    if (all == (subject != null)) {
      throw new CommandFailure("name either a file or a replica, or ask for --all");
    }
    boolean file = subject != null && Files.exists(Path.of(subject));
    Optional<SignedDocument> head = kept == null ? Optional.empty() : Optional.of(keptHead());
    ChainCheck check = new ChainCheck(Ed25519::isValid, trusted(), head);
    if (file) {
      verifyFile(check);
    } else {
      verifyAppliance(check);
    }
    return 0;
  }

  private void verifyFile(ChainCheck check) throws CommandFailure {
    JsonNode content = read(Path.of(subject));
    if (content.path("documents").isArray()) {
      for (JsonNode document : content.path("documents")) {
        require(check.next(document(document)));
      }
      require(check.ends(document(content.path("head"))));
      report("chain", check.verified(), 0);
      return;
    }
    List<JsonNode> single = content.isArray() ? elements(content) : List.of(content);
    for (JsonNode document : single) {
      require(check.alone(document(document)));
    }
    report("signature", single.size(), 0);
  }

  private void verifyAppliance(ChainCheck check) throws ApiException, CommandFailure {
    long[] found = {0};
    try (ApiClient api = session.openApi()) {
      JsonNode head =
          CertificateCommands.chain(
              api,
              each -> {
                SignedDocument document = document(each);
                require(check.next(document));
                if (document.text("replica").equals(subject)) {
                  found[0]++;
                }
              });
      require(check.ends(document(head)));
    }
    if (subject != null && found[0] == 0) {
      throw new CommandFailure(
          "the chain is whole, but there is no file and no certificate of a replica '"
              + subject
              + "'");
    }
    report("chain", check.verified(), found[0]);
  }

  private void report(String verified, long documents, long ofReplica) throws CommandFailure {
    if (session.isJson()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("verified", verified);
      result.put("documents", documents);
      if (ofReplica > 0) {
        result.put("ofReplica", ofReplica);
      }
      session.printJson(result);
      return;
    }
    String what =
        verified.equals("chain")
            ? "the chain is whole: " + documents + " documents, none changed, missing or reordered"
            : documents
                + " verified by signature; whether others are missing, or the key had been replaced,"
                + " only a chain can say";
    session.out().println(what);
    if (ofReplica > 0) {
      session.out().println(ofReplica + " of them of " + subject);
    }
  }

  private List<PublicKey> trusted() throws CommandFailure {
    Path file = publicKey == null ? session.home().certificatePublicKeys() : publicKey;
    try {
      return PublicKeys.read(file);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(
          "there is no public key in " + file + "; name one with --public-key", e);
    } catch (IOException e) {
      throw new CommandFailure("cannot use public key " + file + ": " + Home.reason(e), e);
    }
  }

  private SignedDocument keptHead() throws CommandFailure {
    JsonNode content = read(kept);
    return document(content.has("head") ? content.path("head") : content);
  }

  private static JsonNode read(Path file) throws CommandFailure {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CommandFailure("cannot read " + file + ": " + Home.reason(e), e);
    }
  }

  private static SignedDocument document(JsonNode json) throws CommandFailure {
    try {
      return SignedDocument.of(json);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("not a certificate: " + e.getMessage(), e);
    }
  }

  private static List<JsonNode> elements(JsonNode array) {
    return java.util.stream.StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static void require(Optional<String> fault) throws CommandFailure {
    if (fault.isPresent()) {
      throw new CommandFailure(fault.get());
    }
  }
}

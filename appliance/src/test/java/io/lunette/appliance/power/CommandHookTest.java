/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.DomainException;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import io.lunette.core.volume.InitiatorName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restarts by a program of the operator's. */
@Tag("WA-9")
class CommandHookTest {

  private static final Server SERVER =
      new Server(
          new ServerName("web1"),
          new InitiatorName("iqn.2026-11.test:web1"),
          Optional.empty(),
          Instant.EPOCH);

  @TempDir Path directory;

  private void restart(String script, String arguments, Duration bound) throws Exception {
    Path hook = Files.writeString(directory.resolve("hook"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    ServerProfile profile =
        ServerProfile.NONE
            .withMacs(new TreeSet<>(List.of(new MacAddress("525400123456"))))
            .withSerial(Optional.of(new SerialNumber("SN 1")))
            .withPower(Optional.of(PowerAddress.parse("hook:" + hook + " " + arguments)))
            .withPowerTimeout(bound);
    new PowerControls().restart(SERVER, profile);
  }

  private String refused(String script, Duration bound) {
    DomainException refusal =
        catchThrowableOfType(DomainException.class, () -> restart(script, "", bound));
    assertThat(refusal.kind()).isEqualTo(DomainException.Kind.IO);
    return refusal.getMessage();
  }

  @Test
  void theProgramIsToldWhichServerAndNothingElseOfTheAppliance() throws Exception {
    Path told = directory.resolve("told");

    restart(
        "echo \"$# $1 $2\" > " + told + "; env | sort >> " + told, "a  b", Duration.ofSeconds(20));

    assertThat(Files.readAllLines(told))
        .contains(
            "2 a b",
            "LUNETTE_ACTION=restart",
            "LUNETTE_SERVER=web1",
            "LUNETTE_INITIATOR=iqn.2026-11.test:web1",
            "LUNETTE_MACS=52:54:00:12:34:56",
            "LUNETTE_SERIAL=SN 1")
        .noneMatch(line -> line.startsWith("HOME=") || line.startsWith("JAVA"));
  }

  @Test
  void anotherExitStatusThanZeroIsAFailureWithTheLastThingSaid() {
    assertThat(refused("echo first; echo no such outlet >&2; exit 3", Duration.ofSeconds(20)))
        .contains("was not restarted by hook")
        .endsWith("ended with 3: no such outlet");
  }

  @Test
  void oneThatTakesTooLongIsKilledWithItsChildren() throws Exception {
    Path child = directory.resolve("child");

    String message = refused("sleep 600 & echo $! > " + child + "; wait", Duration.ofSeconds(3));

    assertThat(message).contains("no answer within 3 s");
    assertEnds(child);
  }

  /** Nobody's child any more: its parent has ended. */
  @Test
  void oneThatTakesTooLongIsKilledWithItsOrphans() throws Exception {
    Path orphan = directory.resolve("orphan");

    String message =
        refused(
            "sh -c 'sleep 600 & echo $! > " + orphan + "'; exec sleep 600", Duration.ofSeconds(3));

    assertThat(message).contains("no answer within 3 s");
    assertEnds(orphan);
  }

  private static void assertEnds(Path pidFile) throws Exception {
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    Optional<ProcessHandle> left = ProcessHandle.of(pid);
    if (left.isPresent()) {
      try {
        assertThat(left.get().onExit()).succeedsWithin(Duration.ofSeconds(30));
      } finally {
        left.get().destroyForcibly();
      }
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    DomainException refusal =
        catchThrowableOfType(
            DomainException.class,
            () ->
                new PowerControls()
                    .restart(
                        SERVER,
                        ServerProfile.NONE.withPower(
                            Optional.of(PowerAddress.parse("hook:/no/such/program")))));

    assertThat(refusal).hasMessageContaining("/no/such/program could not be run");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.audit.Actor;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.ClassDefinition;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much the array asks of what is behind it, whatever the number of volumes. */
class BulkTest {

  private static final int MANY = 10_000;
  private static final int CALLS_MAX = 8;

  @TempDir Path directory;

  /** Counts what passes, and keeps nothing. */
  private static final class Counting implements Appendable {
    private long characters;
    private int largest;

    @Override
    public Appendable append(CharSequence text) {
      return append(text, 0, text.length());
    }

    @Override
    public Appendable append(CharSequence text, int start, int end) {
      characters += end - start;
      largest = Math.max(largest, end - start);
      return this;
    }

    @Override
    public Appendable append(char character) {
      characters++;
      return this;
    }
  }

  private static String enumerate(String className) {
    return "<IMETHODCALL NAME=\"EnumerateInstances\"><LOCALNAMESPACEPATH><NAMESPACE"
        + " NAME=\"root\"/><NAMESPACE NAME=\"lunette\"/></LOCALNAMESPACEPATH><IPARAMVALUE"
        + " NAME=\"ClassName\"><CLASSNAME NAME=\""
        + className
        + "\"/></IPARAMVALUE></IMETHODCALL>";
  }

  @Test
  void everyClassOfTenThousandVolumesCostsAFewCallsAndIsWrittenAsItIsMade() throws Exception {
    try (ArrayFixture array = new ArrayFixture(directory)) {
      Actor operator = new Actor("operator");
      ServerName server = new ServerName("web");
      array
          .core
          .servers()
          .add(
              operator, server, new InitiatorName("iqn.2026-11.com.example:web"), Optional.empty());
      for (int i = 0; i < MANY; i++) {
        array.driver.create(new VolumeName("v" + i), 4096);
      }
      for (int i = 0; i < 20; i++) {
        array
            .core
            .mappings()
            .map(
                operator,
                new VolumeName("v" + i),
                server,
                OptionalInt.empty(),
                AccessMode.READ_WRITE);
      }
      for (ClassDefinition each : array.schema.descendantsOf("")) {
        if (each.name().startsWith("LUNETTE_")) {
          Counting answer = new Counting();
          array.calls.set(0);
          array.send(ArrayFixture.OPERATOR, enumerate(each.name()), answer);

          assertThat(array.calls.get()).as(each.name()).isLessThanOrEqualTo(CALLS_MAX);
          assertThat(answer.largest).as(each.name()).isLessThan(4096);
        }
      }
      Counting volumes = new Counting();
      array.send(ArrayFixture.OPERATOR, enumerate("CIM_StorageVolume"), volumes);
      assertThat(volumes.characters).isGreaterThan(MANY * 1000L);
    }
  }

  @Test
  void whatIsAssociatedWithThePoolIsFoundInAFewCalls() throws Exception {
    try (ArrayFixture array = new ArrayFixture(directory)) {
      for (int i = 0; i < MANY; i++) {
        array.driver.create(new VolumeName("v" + i), 4096);
      }
      for (String operation : new String[] {"Associators", "References", "AssociatorNames"}) {
        Counting answer = new Counting();
        array.calls.set(0);
        array.send(
            ArrayFixture.OPERATOR,
            "<IMETHODCALL NAME=\""
                + operation
                + "\"><LOCALNAMESPACEPATH><NAMESPACE NAME=\"root\"/><NAMESPACE NAME=\"lunette\"/>"
                + "</LOCALNAMESPACEPATH><IPARAMVALUE NAME=\"ObjectName\"><INSTANCENAME"
                + " CLASSNAME=\"CIM_StoragePool\"><KEYBINDING NAME=\"InstanceID\"><KEYVALUE>"
                + "LUNETTE:pool</KEYVALUE></KEYBINDING></INSTANCENAME></IPARAMVALUE></IMETHODCALL>",
            answer);

        assertThat(array.calls.get()).as(operation).isLessThanOrEqualTo(2 * CALLS_MAX);
        assertThat(answer.characters).as(operation).isGreaterThan(MANY * 100L);
      }
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values as text, and back. */
class CimTypeTest {

  @Test
  void integersKeepTheirRange() {
    assertThat(CimType.UINT16.parse("65535")).isEqualTo(65_535L);
    assertThat(CimType.SINT8.parse("-128")).isEqualTo(-128L);
    assertThat(CimType.UINT32.parse(" 0x1000 ")).isEqualTo(4096L);
    assertThat(CimType.UINT64.parse("18446744073709551615"))
        .isEqualTo(new BigInteger("18446744073709551615"));
    for (String bad : new String[] {"65536", "-1", "", "1.5", "0x", "1e3", "9".repeat(400)}) {
      assertThatThrownBy(() -> CimType.UINT16.parse(bad))
          .as(bad)
          .isInstanceOfSatisfying(
              CimException.class, e -> assertThat(e.status()).isEqualTo(CimStatus.TYPE_MISMATCH));
    }
  }

  @Test
  void booleansAreReadInAnyCase() {
    assertThat(CimType.BOOLEAN.parse("True")).isEqualTo(true);
    assertThat(CimType.BOOLEAN.parse("FALSE")).isEqualTo(false);
    assertThat(CimType.format(true)).isEqualTo("TRUE");
    assertThatThrownBy(() -> CimType.BOOLEAN.parse("yes")).isInstanceOf(CimException.class);
  }

  @Test
  void datetimesHave25Characters() {
    assertThat(CimDateTime.of(Instant.parse("2026-11-23T09:00:00.5Z")))
        .isEqualTo("20261123090000.500000+000");
    assertThat(CimDateTime.of(Duration.ofSeconds(500))).isEqualTo("00000000000820.000000:000");
  }

  @Test
  void pathsAreEqualWhateverOrderCaseAndNamespace() {
    ObjectPath one = ObjectPath.of("root/a", "C", Map.of("A", "1", "B", "x"));
    ObjectPath other = ObjectPath.of("", "c", Map.of("b", "x", "a", "1"));

    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isNotEqualTo(ObjectPath.of("root/a", "C", Map.of("A", "1", "B", "X")));
    assertThat(ObjectPath.of("", "L", Map.of("E", one)))
        .isEqualTo(ObjectPath.of("", "L", Map.of("e", other)));
  }
}

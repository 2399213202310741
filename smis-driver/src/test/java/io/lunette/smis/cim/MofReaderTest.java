/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Classes as MOF describes them. */
class MofReaderTest {

  private static final String MOF =
      """
      // a comment
      class A {
        [Key] string Name;
        uint16 States[];
      };
      [Association] class L {
        [Key] A ref Left;
        [Key] A ref Right;
      };
      class B : A {
        [EmbeddedObject] string Source;
        [ValueMap {"0", "7"}, Values {"None", "All of them"}] uint8 Much;
        uint32 Do(uint16 How, [In, Out] A ref It, [Out] string Errors[]);
      };
      class M : L {};
      """;

  private final Schema schema = new MofReader().read(MOF).schema();

  @Test
  void subclassesHaveWhatTheirParentsDeclare() {
    ClassDefinition b = schema.get("b");

    assertThat(b.properties())
        .extracting(PropertyDefinition::name, PropertyDefinition::origin)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("Name", "A"),
            org.assertj.core.groups.Tuple.tuple("States", "A"),
            org.assertj.core.groups.Tuple.tuple("Source", "B"),
            org.assertj.core.groups.Tuple.tuple("Much", "B"));
    assertThat(b.property("much").orElseThrow().values())
        .containsExactly(Map.entry("0", "None"), Map.entry("7", "All of them"));
    assertThat(b.property("NAME").orElseThrow().key()).isTrue();
    assertThat(b.property("source").orElseThrow().embedded()).isTrue();
    assertThat(schema.get("M").association()).isTrue();
    assertThat(schema.isA("B", "a")).isTrue();
    assertThat(schema.isA("A", "B")).isFalse();
  }

  @Test
  void parametersKnowTheirDirection() {
    MethodDefinition method = schema.get("B").method("do").orElseThrow();

    assertThat(method.parameter("How").orElseThrow())
        .isEqualTo(new ParameterDefinition("How", CimType.UINT16, "", false, true, false));
    assertThat(method.parameter("it").orElseThrow())
        .isEqualTo(new ParameterDefinition("It", CimType.REFERENCE, "A", false, true, true));
    assertThat(method.parameter("Errors").orElseThrow())
        .isEqualTo(new ParameterDefinition("Errors", CimType.STRING, "", true, false, true));
  }

  @Test
  void whatIsNoMofIsRefused() {
    for (String bad :
        new String[] {
          "class A { string Name }",
          "class A : Missing {};",
          "class A {}; class A {};",
          "class A { strin Name; };",
          "class A {",
          "class A { [ValueMap {\"1\"}] uint8 N; };",
          "class A { [ValueMap {1}, Values {\"One\"}] uint8 N; };",
          "class A { string Name = \"x\"; };"
        }) {
      assertThatThrownBy(() -> new MofReader().read(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

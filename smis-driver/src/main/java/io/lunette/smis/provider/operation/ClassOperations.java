/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.ClassDefinition;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.ClassXmlWriter;
import java.util.List;

/** GetClass, EnumerateClasses and EnumerateClassNames. Every namespace knows every class. */
final class ClassOperations {

  private final Schema schema;

  ClassOperations(Schema schema) {
    this.schema = schema;
  }

  Answer get(OperationCall call) {
    ClassDefinition found = schema.get(call.className("ClassName"));
    ClassXmlWriter.Choice choice = choice(call, true);
    return Answer.returning(writer -> new ClassXmlWriter(writer.out(), choice).write(found));
  }

  Answer enumerate(OperationCall call) {
    List<ClassDefinition> found = found(call);
    ClassXmlWriter.Choice choice = choice(call, true);
    return Answer.returning(
        writer -> found.forEach(each -> new ClassXmlWriter(writer.out(), choice).write(each)));
  }

  Answer enumerateNames(OperationCall call) {
    List<ClassDefinition> found = found(call);
    return Answer.returning(
        writer ->
            found.forEach(each -> writer.out().open("CLASSNAME", "NAME", each.name()).close()));
  }

  private List<ClassDefinition> found(OperationCall call) {
    String above = call.findClass("ClassName").orElse("");
    if (!above.isEmpty()) {
      schema.get(above);
    }
    return call.flag("DeepInheritance", false)
        ? schema.descendantsOf(above)
        : schema.childrenOf(above);
  }

  private static ClassXmlWriter.Choice choice(OperationCall call, boolean localOtherwise) {
    return new ClassXmlWriter.Choice(
        call.flag("LocalOnly", localOtherwise),
        call.flag("IncludeQualifiers", true),
        call.flag("IncludeClassOrigin", false));
  }
}

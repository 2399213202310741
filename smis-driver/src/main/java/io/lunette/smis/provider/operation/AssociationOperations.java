/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.PropertyChoice;
import java.util.List;
import java.util.stream.Stream;

/** Associators, References and their Names (DSP0200 §5.4.2), of instances. */
final class AssociationOperations {

  private final Instances instances;
  private final Schema schema;

  AssociationOperations(Instances instances, Schema schema) {
    this.instances = instances;
    this.schema = schema;
  }

  Answer associators(OperationCall call) {
    PropertyChoice choice = call.choice();
    Stream<CimInstance> found =
        instances.associators(call.estate(), source(call, "ObjectName"), filter(call));
    return Answer.returning(
        writer ->
            found.forEach(instance -> writer.withPath("VALUE.OBJECTWITHPATH", instance, choice)));
  }

  Answer associatorNames(OperationCall call) {
    List<ObjectPath> found =
        instances.associatorPaths(call.estate(), source(call, "ObjectName"), filter(call));
    return objectPaths(found.stream());
  }

  Answer references(OperationCall call) {
    PropertyChoice choice = call.choice();
    Stream<CimInstance> found =
        instances.references(call.estate(), source(call, "ObjectName"), filter(call));
    return Answer.returning(
        writer ->
            found.forEach(instance -> writer.withPath("VALUE.OBJECTWITHPATH", instance, choice)));
  }

  Answer referenceNames(OperationCall call) {
    return objectPaths(
        instances
            .references(call.estate(), source(call, "ObjectName"), filter(call))
            .map(schema::pathOf));
  }

  private static Answer objectPaths(Stream<ObjectPath> found) {
    return Answer.returning(
        writer ->
            found.forEach(
                path -> {
                  writer.out().open("OBJECTPATH");
                  writer.instancePath(path);
                  writer.out().close();
                }));
  }

  /** The object that is asked about; a class has no associations here. */
  static ObjectPath source(OperationCall call, String parameter) {
    ObjectPath path = call.path(parameter);
    if (path.keys().isEmpty()) {
      throw new CimException(
          CimStatus.NOT_SUPPORTED, "associations of a class; ask about an instance");
    }
    return path;
  }

  static Instances.Filter filter(OperationCall call) {
    return new Instances.Filter(
        call.findClass("AssocClass").orElse(null),
        call.findClass("ResultClass").orElse(null),
        call.text("Role").filter(role -> !role.isEmpty()).orElse(null),
        call.text("ResultRole").filter(role -> !role.isEmpty()).orElse(null));
  }
}

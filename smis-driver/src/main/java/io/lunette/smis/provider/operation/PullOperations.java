/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.CimType;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.PropertyChoice;
import io.lunette.smis.provider.operation.Enumerations.Form;
import io.lunette.smis.provider.operation.Enumerations.Open;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Open, Pull and Close (DSP0200 §5.4.2). An enumeration sees the appliance as it was when it was
 * opened. The context changes with every pull, so a repeated one is refused, not answered with what
 * comes next.
 */
final class PullOperations {

  private static final long OBJECTS_MAX = 1000;

  private final Instances instances;
  private final Schema schema;
  private final Enumerations enumerations;

  PullOperations(Instances instances, Schema schema, Enumerations enumerations) {
    this.instances = instances;
    this.schema = schema;
    this.enumerations = enumerations;
  }

  Answer openEnumerateInstances(OperationCall call) {
    return openInstances(
        call, instances.ofClass(call.estate(), call.namespace(), call.className("ClassName")));
  }

  Answer openEnumerateInstancePaths(OperationCall call) {
    return openPaths(
        call, instances.pathsOfClass(call.estate(), call.namespace(), call.className("ClassName")));
  }

  Answer openAssociatorInstances(OperationCall call) {
    return openInstances(
        call,
        instances.associators(
            call.estate(),
            AssociationOperations.source(call, "InstanceName"),
            AssociationOperations.filter(call)));
  }

  Answer openAssociatorInstancePaths(OperationCall call) {
    List<ObjectPath> found =
        instances.associatorPaths(
            call.estate(),
            AssociationOperations.source(call, "InstanceName"),
            AssociationOperations.filter(call));
    return openPaths(call, found.stream());
  }

  Answer openReferenceInstances(OperationCall call) {
    return openInstances(call, references(call));
  }

  Answer openReferenceInstancePaths(OperationCall call) {
    return openPaths(call, references(call).map(schema::pathOf));
  }

  private Stream<CimInstance> references(OperationCall call) {
    return instances.references(
        call.estate(),
        AssociationOperations.source(call, "InstanceName"),
        AssociationOperations.filter(call));
  }

  private Answer openInstances(OperationCall call, Stream<CimInstance> found) {
    PropertyChoice choice = call.choice();
    return open(
        call,
        Form.INSTANCES,
        found.map(
            instance -> writer -> writer.withPath("VALUE.INSTANCEWITHPATH", instance, choice)));
  }

  private Answer openPaths(OperationCall call, Stream<ObjectPath> found) {
    return open(call, Form.PATHS, found.map(path -> writer -> writer.instancePath(path)));
  }

  private Answer open(OperationCall call, Form form, Stream<Answer> elements) {
    if (call.text("FilterQuery").filter(query -> !query.isEmpty()).isPresent()) {
      throw new CimException(
          CimStatus.FILTERED_ENUMERATION_NOT_SUPPORTED, "filter queries are not supported");
    }
    if (call.flag("ContinueOnError", false)) {
      throw new CimException(
          CimStatus.CONTINUATION_ON_ERROR_NOT_SUPPORTED, "an error ends an enumeration");
    }
    OptionalLong seconds = call.number("OperationTimeout");
    Duration timeout =
        seconds.isPresent()
            ? Enumerations.timeout(seconds.getAsLong())
            : Enumerations.timeoutDefault();
    return next(call, elements.iterator(), form, timeout, call.number("MaxObjectCount").orElse(0));
  }

  Answer pullInstancesWithPath(OperationCall call) {
    return pull(call, Form.INSTANCES);
  }

  Answer pullInstancePaths(OperationCall call) {
    return pull(call, Form.PATHS);
  }

  private Answer pull(OperationCall call, Form form) {
    OptionalLong count = call.number("MaxObjectCount");
    if (count.isEmpty()) {
      throw new CimException(CimStatus.INVALID_PARAMETER, "MaxObjectCount is missing");
    }
    Open open = enumerations.take(call.caller().actor(), context(call));
    if (open.form() != form) {
      throw new CimException(
          CimStatus.INVALID_ENUMERATION_CONTEXT, "the enumeration was opened for " + open.form());
    }
    return next(call, open.rest(), form, open.timeout(), count.getAsLong());
  }

  Answer close(OperationCall call) {
    enumerations.take(call.caller().actor(), context(call));
    return Answer.EMPTY;
  }

  private static String context(OperationCall call) {
    return call.text("EnumerationContext").orElse("");
  }

  private Answer next(
      OperationCall call, Iterator<Answer> rest, Form form, Duration timeout, long count) {
    List<Answer> page = new ArrayList<>();
    while (page.size() < Math.min(count, OBJECTS_MAX) && rest.hasNext()) {
      page.add(rest.next());
    }
    Optional<String> context =
        rest.hasNext()
            ? Optional.of(enumerations.keep(call.caller().actor(), rest, form, timeout))
            : Optional.empty();
    return writer -> {
      Answer.returning(inside -> page.forEach(each -> each.write(inside))).write(writer);
      writer.parameter("EnumerationContext", CimType.STRING, context.orElse(""));
      writer.parameter("EndOfSequence", CimType.BOOLEAN, context.isEmpty());
    };
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.xml.CimRequest;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Namespaces;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Carries out requests: one table of operations, and the methods. Thread-safe; calls block. */
public final class Operations {

  /** An operation of the table. */
  @FunctionalInterface
  private interface Operation {
    Answer run(OperationCall call);
  }

  private final Map<String, Operation> table = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final MethodInvoker methods;
  private final PullOperations pulls;
  private final Supplier<Estate> estates;

  /**
   * Operations on a model.
   *
   * @param estates makes what one request sees
   */
  public Operations(Model model, Supplier<Estate> estates, Clock clock) {
    this.estates = estates;
    Instances instances = new Instances(model);
    this.methods = new MethodInvoker(model, instances);
    this.pulls = new PullOperations(instances, model.schema(), new Enumerations(clock));
    addInstances(new InstanceOperations(model, instances));
    addAssociations(new AssociationOperations(instances, model.schema()));
    addClasses(new ClassOperations(model.schema()));
    addPulls();
  }

  private void addInstances(InstanceOperations operations) {
    table.put("GetInstance", operations::get);
    table.put("EnumerateInstances", operations::enumerate);
    table.put("EnumerateInstanceNames", operations::enumerateNames);
    table.put("CreateInstance", operations::create);
    table.put("ModifyInstance", operations::modify);
    table.put("DeleteInstance", operations::delete);
    table.put("GetProperty", operations::getProperty);
    table.put("SetProperty", operations::setProperty);
  }

  private void addAssociations(AssociationOperations operations) {
    table.put("Associators", operations::associators);
    table.put("AssociatorNames", operations::associatorNames);
    table.put("References", operations::references);
    table.put("ReferenceNames", operations::referenceNames);
  }

  private void addClasses(ClassOperations operations) {
    table.put("GetClass", operations::get);
    table.put("EnumerateClasses", operations::enumerate);
    table.put("EnumerateClassNames", operations::enumerateNames);
  }

  private void addPulls() {
    table.put("OpenEnumerateInstances", pulls::openEnumerateInstances);
    table.put("OpenEnumerateInstancePaths", pulls::openEnumerateInstancePaths);
    table.put("OpenAssociatorInstances", pulls::openAssociatorInstances);
    table.put("OpenAssociatorInstancePaths", pulls::openAssociatorInstancePaths);
    table.put("OpenReferenceInstances", pulls::openReferenceInstances);
    table.put("OpenReferenceInstancePaths", pulls::openReferenceInstancePaths);
    table.put("PullInstancesWithPath", pulls::pullInstancesWithPath);
    table.put("PullInstancePaths", pulls::pullInstancePaths);
    table.put("CloseEnumeration", pulls::close);
  }

  /**
   * Does what is asked.
   *
   * @return what to write
   * @throws CimException if it ends in a status
   */
  public Answer run(Caller caller, CimRequest request) {
    String namespace = Namespaces.canonical(request.namespace());
    if (request instanceof CimRequest.Extrinsic call) {
      return methods.invoke(caller, estates.get(), call);
    }
    CimRequest.Intrinsic intrinsic = (CimRequest.Intrinsic) request;
    Operation operation = table.get(intrinsic.method());
    if (operation == null) {
      throw new CimException(
          CimStatus.NOT_SUPPORTED, "no operation '" + intrinsic.method() + "' here");
    }
    return operation.run(
        new OperationCall(caller, estates.get(), namespace, intrinsic.parameters()));
  }
}

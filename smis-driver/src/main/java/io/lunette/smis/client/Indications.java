/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.InitiatorName;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMDataType;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.metricshub.wbem.javax.cim.CIMProperty;
import org.metricshub.wbem.javax.cim.UnsignedInteger16;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the array tell when its jobs change (SMI-S Indication), if the registration says where to. An
 * array that does not take the subscription is polled, as any is in between. Used by the driver's
 * owner.
 */
final class Indications implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Indications.class);
  private static final String QUERY =
      "SELECT * FROM CIM_InstModification WHERE SourceInstance ISA CIM_ConcreteJob";
  private static final int TRANSIENT = 3;

  private final ArrayServices array;
  private final Nudge nudge;
  private final String prefix;
  private final Deque<CIMObjectPath> made = new ArrayDeque<>();
  private Optional<IndicationListener> listener = Optional.empty();

  /**
   * Subscribes nothing yet.
   *
   * @param self by which what a former process left at the array is known as ours
   */
  Indications(ArrayServices array, Nudge nudge, InitiatorName self) {
    this.array = array;
    this.nudge = nudge;
    this.prefix = "lunette:" + self.value() + ":";
  }

  void start() throws CimFault {
    if (array.array().listen().isEmpty()) {
      return;
    }
    URI address = URI.create("http://" + array.array().listen().get());
    try {
      listener =
          Optional.of(
              new IndicationListener(address.getHost(), Math.max(0, address.getPort()), nudge));
    } catch (IOException e) {
      throw new CimFault(
          CimFault.Kind.UNREACHABLE,
          0,
          "indications cannot be awaited at "
              + array.array().listen().get()
              + ": "
              + e.getMessage(),
          e);
    }
    try {
      tidy();
      subscribe(listener.get().url());
    } catch (CimFault e) {
      LOG.warn(
          "array '{}' tells nothing of its jobs, they are polled: {}",
          array.name(),
          e.getMessage());
      close();
    }
  }

  /** Removes what a process that was killed has subscribed: nobody listens there any more. */
  private void tidy() throws CimFault {
    String interop = array.model().interop();
    for (CIMInstance each : array.session().enumerateKnown(interop, "CIM_IndicationSubscription")) {
      boolean ours =
          Cim.reference(each, "Filter")
              .flatMap(filter -> Cim.key(filter, "Name"))
              .filter(name -> name.startsWith(prefix))
              .isPresent();
      if (ours) {
        remove(Cim.in(interop, each.getObjectPath()));
      }
    }
    for (String className : List.of("CIM_ListenerDestination", "CIM_IndicationFilter")) {
      for (CIMInstance each : array.session().enumerateKnown(interop, className)) {
        if (Cim.text(each, "Name").filter(name -> name.startsWith(prefix)).isPresent()) {
          remove(Cim.in(interop, each.getObjectPath()));
        }
      }
    }
  }

  private void remove(CIMObjectPath path) {
    try {
      array.session().delete(path);
    } catch (CimFault e) {
      LOG.debug("array '{}' keeps {}", array.name(), path, e);
    }
  }

  private void subscribe(String url) throws CimFault {
    String interop = array.model().interop();
    String name = prefix + Long.toHexString(new SecureRandom().nextLong());
    CIMObjectPath filter =
        create(
            interop,
            "CIM_IndicationFilter",
            text("Name", name),
            text("Query", QUERY),
            text("QueryLanguage", "DMTF:CQL"),
            texts("SourceNamespaces", array.model().namespace()));
    CIMObjectPath handler =
        create(
            interop,
            "CIM_ListenerDestinationCIMXML",
            text("Name", name),
            text("Destination", url),
            new CIMProperty<>(
                "PersistenceType", CIMDataType.UINT16_T, new UnsignedInteger16(TRANSIENT)));
    CIMObjectPath unused =
        create(
            interop,
            "CIM_IndicationSubscription",
            reference("Filter", "CIM_IndicationFilter", Cim.in(interop, filter)),
            reference("Handler", "CIM_ListenerDestination", Cim.in(interop, handler)));
  }

  private CIMObjectPath create(String namespace, String className, CIMProperty<?>... properties)
      throws CimFault {
    CIMObjectPath path = CimSession.path(namespace, className);
    CIMObjectPath created =
        Cim.in(namespace, array.session().create(new CIMInstance(path, properties)));
    made.push(created);
    return created;
  }

  private static CIMProperty<?> text(String name, String value) {
    return new CIMProperty<>(name, CIMDataType.STRING_T, value);
  }

  private static CIMProperty<?> texts(String name, String value) {
    return new CIMProperty<>(name, CIMDataType.STRING_ARRAY_T, new String[] {value});
  }

  private static CIMProperty<?> reference(String name, String className, CIMObjectPath value) {
    return new CIMProperty<>(name, new CIMDataType(className), value, true, false, null);
  }

  /** Whether the array has taken the subscription. */
  boolean isDelivered() {
    return listener.isPresent();
  }

  /** Ends the subscription and the listener. */
  @Override
  public void close() {
    List<CIMObjectPath> all = new ArrayList<>(made);
    made.clear();
    all.forEach(this::remove);
    listener.ifPresent(IndicationListener::close);
    listener = Optional.empty();
  }
}

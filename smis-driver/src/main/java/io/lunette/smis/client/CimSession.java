/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.StorageArray;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.metricshub.wbem.javax.wbem.CloseableIterator;
import org.metricshub.wbem.javax.wbem.WBEMException;
import org.metricshub.wbem.javax.wbem.client.WBEMClient;
import org.metricshub.wbem.javax.wbem.client.WBEMClientConstants;
import org.metricshub.wbem.javax.wbem.client.WBEMClientFactory;
import org.metricshub.wbem.sblim.cimclient.WBEMClientSBLIM;

/**
 * The operations of DSP0200 on one array, each one round trip. Operations that only read are asked
 * again once where the answer did not come; a method never is. Thread-safe.
 *
 * <p>Plain enumerations, not pulled ones: the number of round trips does not grow with what there
 * is, and servers that leave out PARAMTYPE in the answers of pull operations break the library.
 */
final class CimSession implements AutoCloseable {

  private static final long ANSWER_BYTES_MAX = 1L << 30;
  private static final int OUTPUTS_MAX = 32;
  private static final String IDLE_MILLIS_MAX = "3000";

  private final StorageArray array;
  private final WBEMClientSBLIM client;
  private final SendGuard guard;
  private final Connections connections;
  private final AtomicLong roundTrips = new AtomicLong();
  private final AtomicLong outages = new AtomicLong();
  private final Set<String> unknownClasses = ConcurrentHashMap.newKeySet();

  private volatile long outagesUntilLeft = Long.MAX_VALUE;

  private CimSession(
      StorageArray array, WBEMClientSBLIM client, SendGuard guard, Connections connections) {
    this.array = array;
    this.client = client;
    this.guard = guard;
    this.connections = connections;
  }

  /** A session with the provider of an array; connects with the first operation. */
  static CimSession open(StorageArray array, ArrayTimeouts timeouts) throws CimFault {
    try {
      TlsTrust trust = TlsTrust.of(array.trust());
      WBEMClient created = WBEMClientFactory.getClient(WBEMClientConstants.PROTOCOL_CIMXML);
      WBEMClientSBLIM client = (WBEMClientSBLIM) created;
      client.setProperty("sblim.wbem.httpTimeout", millis(timeouts.silence().toMillis()));
      client.setProperty("sblim.wbem.socketConnectWithTimeout", "true");
      client.setProperty("sblim.wbem.socketConnectTimeout", millis(timeouts.connect().toMillis()));
      client.setProperty("sblim.wbem.socketIdleTimeout", IDLE_MILLIS_MAX);
      client.setProperty("sblim.wbem.httpConnectionRetries", "0");
      client.setProperty("sblim.wbem.httpEnableContentLengthRetry", "false");
      client.setProperty("sblim.wbem.httpMPOST", "false");
      client.setProperty("sblim.wbem.cimxmlParser", "PULL");
      client.setProperty("sblim.wbem.enableGzipEncoding", "false");
      // Of several challenges in an answer 401 the library may see one that it does not know.
      client.setProperty("sblim.wbem.httpWwwAuthenticateInfo", "Basic realm=\"array\"");
      SendGuard guard = new SendGuard();
      Connections connections = new Connections(timeouts);
      client.setCustomSocketFactory(
          new GuardedSocketFactory(trust, guard, timeouts, connections, ANSWER_BYTES_MAX));
      CIMObjectPath host =
          new CIMObjectPath(
              "https", array.url().getHost(), Integer.toString(array.port()), "root", null, null);
      client.initialize(host, Credentials.read(array), new Locale[] {Locale.ENGLISH});
      return new CimSession(array, client, guard, connections);
    } catch (WBEMException | IllegalArgumentException e) {
      throw new CimFault(CimFault.Kind.UNREACHABLE, 0, e.getMessage(), e);
    }
  }

  private static String millis(long value) {
    return Long.toString(value);
  }

  /** An operation of the library. */
  private interface Operation<T> {
    T run() throws WBEMException;
  }

  /** How many requests were made. */
  long roundTrips() {
    return roundTrips.get();
  }

  /**
   * How often the array did not answer: what was remembered of it before may be so no more, since
   * it may have been started anew.
   */
  long outages() {
    return outages.get();
  }

  /** All instances of a class and its subclasses, with these properties or all. */
  List<CIMInstance> enumerate(String namespace, String className, String... properties)
      throws CimFault {
    CIMObjectPath path = path(namespace, className);
    return reading(
        () -> drain(client.enumerateInstances(path, true, false, false, orNull(properties))));
  }

  /** All instances of a class, or none if the array does not know it; that is asked once. */
  List<CIMInstance> enumerateKnown(String namespace, String className, String... properties)
      throws CimFault {
    if (unknownClasses.contains(className)) {
      return List.of();
    }
    try {
      return enumerate(namespace, className, properties);
    } catch (CimFault e) {
      if (e.isUnknown()) {
        unknownClasses.add(className);
        return List.of();
      }
      throw e;
    }
  }

  CIMInstance get(CIMObjectPath path, String... properties) throws CimFault {
    CIMInstance found = reading(() -> client.getInstance(path, false, false, orNull(properties)));
    if (found == null) {
      throw new CimFault(CimFault.Kind.NO_ANSWER, 0, "it answers with no instance of " + path);
    }
    return found;
  }

  /** Instances at the other end of an association. */
  List<CIMInstance> associators(
      CIMObjectPath path, String association, String result, String... properties) throws CimFault {
    return reading(
        () ->
            drain(
                client.associatorInstances(
                    path, association, result, null, null, false, orNull(properties))));
  }

  /** Instances of an association that refer to a path. */
  List<CIMInstance> references(CIMObjectPath path, String association) throws CimFault {
    return reading(() -> drain(client.referenceInstances(path, association, null, false, null)));
  }

  /** Invokes a method; never asked twice. */
  MethodResult invoke(CIMObjectPath path, String method, List<CIMArgument<?>> inputs)
      throws CimFault {
    CIMArgument<?>[] outputs = new CIMArgument<?>[OUTPUTS_MAX];
    Object code =
        once(
            () ->
                client.invokeMethod(path, method, inputs.toArray(new CIMArgument<?>[0]), outputs));
    return MethodResult.of(method, code, outputs);
  }

  void delete(CIMObjectPath path) throws CimFault {
    once(
        () -> {
          client.deleteInstance(path);
          return path;
        });
  }

  CIMObjectPath create(CIMInstance instance) throws CimFault {
    return once(() -> client.createInstance(instance));
  }

  static CIMObjectPath path(String namespace, String className) {
    return new CIMObjectPath(null, null, null, namespace, className, null);
  }

  private static String[] orNull(String[] properties) {
    return properties.length == 0 ? null : properties;
  }

  private static <T> List<T> drain(CloseableIterator<T> iterator) throws WBEMException {
    try {
      List<T> all = new ArrayList<>();
      while (iterator.hasNext()) {
        all.add(iterator.next());
      }
      if (iterator.getWBEMException() != null) {
        throw iterator.getWBEMException();
      }
      return all;
    } finally {
      iterator.close();
    }
  }

  private <T> T reading(Operation<T> operation) throws CimFault {
    try {
      return once(operation);
    } catch (CimFault e) {
      if (e.kind() != CimFault.Kind.NO_ANSWER || isTimeout(e)) {
        throw e;
      }
      return once(operation);
    }
  }

  private static boolean isTimeout(CimFault fault) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (each instanceof InterruptedIOException) {
        return true;
      }
    }
    return false;
  }

  /**
   * Lets go of the array: what it does not answer in a moment fails, and once something has, all
   * that comes after it does so at once.
   */
  void leave(Executor threads) {
    outagesUntilLeft = outages.get();
    connections.leave(threads);
  }

  private <T> T once(Operation<T> operation) throws CimFault {
    if (outages.get() > outagesUntilLeft) {
      throw new CimFault(CimFault.Kind.UNREACHABLE, 0, "it did not answer when it was left");
    }
    roundTrips.incrementAndGet();
    guard.reset();
    try {
      return operation.run();
    } catch (WBEMException e) {
      throw noted(Faults.of(e, array, guard.isSent()));
    } catch (RuntimeException e) {
      throw noted(Faults.garbled(e));
    } finally {
      guard.reset();
    }
  }

  private CimFault noted(CimFault fault) {
    if (!fault.isStatus()) {
      outages.incrementAndGet();
      unknownClasses.clear();
    }
    return fault;
  }

  @Override
  public void close() {
    client.close();
  }

  /** What an exception of the library means. */
  static final class Faults {

    private Faults() {}

    /**
     * Tells what went wrong.
     *
     * @param sent whether the request went out: after a silence the library connects anew by
     *     itself, and then tells of the connection that was refused
     */
    static CimFault of(WBEMException e, StorageArray array, boolean sent) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException) {
          return sent
              ? new CimFault(CimFault.Kind.NO_ANSWER, 0, "no whole answer: " + deepest(cause), e)
              : unreachable(e, array, cause);
        }
      }
      if (e.getID() == CimFault.ACCESS_DENIED && (e.getMessage() == null || isHttp(e))) {
        return new CimFault(
            CimFault.Kind.UNREACHABLE,
            0,
            "it refuses user '" + array.user() + "' with the password in " + array.passwordFile(),
            e);
      }
      if (e.getCause() != null || (e.getID() == 1 && isGarbled(e))) {
        return garbled(e);
      }
      return new CimFault(CimFault.Kind.STATUS, e.getID(), status(e), e);
    }

    private static CimFault unreachable(WBEMException e, StorageArray array, Throwable cause) {
      String why =
          cause instanceof SSLException
              ? "no trusted connection: " + deepest(cause)
              : "no connection to " + array.url() + ": " + cause;
      return new CimFault(CimFault.Kind.UNREACHABLE, 0, why, e);
    }

    private static boolean isHttp(WBEMException e) {
      return e.getMessage().contains("401") || e.getMessage().contains("HTTP");
    }

    private static boolean isGarbled(WBEMException e) {
      String text = e.getMessage();
      return text == null || text.contains("HTTP") || text.contains("timed out");
    }

    static CimFault garbled(Exception e) {
      return new CimFault(
          CimFault.Kind.NO_ANSWER, 0, "its answer cannot be read: " + deepest(e), e);
    }

    private static String status(WBEMException e) {
      String text = e.getMessage() == null ? "" : ": " + oneLine(e.getMessage());
      return "CIM status " + e.getID() + text;
    }

    private static String deepest(Throwable e) {
      Throwable last = e;
      while (last.getCause() != null) {
        last = last.getCause();
      }
      return last.getMessage() == null
          ? last.getClass().getSimpleName()
          : oneLine(last.getMessage());
    }

    private static String oneLine(String text) {
      String line = text.strip().lines().findFirst().orElse("");
      return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }
  }
}

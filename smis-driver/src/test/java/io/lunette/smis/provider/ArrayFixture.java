/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.certificate.MemorySigningKeys;
import io.lunette.core.image.SparseRegions;
import io.lunette.core.load.TargetLoad;
import io.lunette.core.power.ServerPower;
import io.lunette.core.provisioning.CoreParts;
import io.lunette.core.provisioning.CoreSettings;
import io.lunette.core.provisioning.ProvisioningCore;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.MemoryLunMasking;
import io.lunette.core.volume.MemoryVolumeDriver;
import io.lunette.core.volume.MemoryVolumes;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.CimRequest;
import io.lunette.smis.cim.xml.CimXmlGrammar;
import io.lunette.smis.cim.xml.CimXmlWriter;
import io.lunette.smis.cim.xml.RequestReader;
import io.lunette.smis.cim.xml.XmlLimits;
import io.lunette.smis.cim.xml.XmlOut;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Names;
import io.lunette.smis.provider.operation.Caller;
import io.lunette.smis.provider.operation.Operations;
import io.lunette.smis.provider.profile.Profiles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** An array over a real catalog and volumes in memory, asked in CIM-XML without a socket. */
public final class ArrayFixture implements AutoCloseable {

  public static final Caller OPERATOR = new Caller(new Actor("smis:operator"), true);
  public static final Caller READER = new Caller(new Actor("smis:reader"), false);
  public static final String TARGET = "iqn.2026-11.io.lunette:test";

  public final MemoryVolumes volumes = new MemoryVolumes();
  public final MemoryJobBook jobs = new MemoryJobBook();
  public final Catalog catalog;
  public final VolumeDriver driver;
  public final LunMasking masking;
  public final ProvisioningCore core;
  public final Schema schema = Profiles.schema();
  public final Model model;
  public final Profiles.Declared declared;
  public final Operations operations;
  public final ProviderParts parts;

  /** Calls of driver, masking and catalog so far by the thread that made this, not by the core. */
  public final AtomicInteger calls = new AtomicInteger();

  /** Run by who makes a volume. */
  public volatile Runnable beforeCreate = () -> {};

  private final Thread asker = Thread.currentThread();

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final RequestReader reader = new RequestReader(XmlLimits.DEFAULT);

  public ArrayFixture(Path directory) throws Exception {
    this(directory, Runnable::run);
  }

  /** With erases that run on an executor. */
  public ArrayFixture(Path directory, Executor erases) throws Exception {
    Clock clock = Clock.systemUTC();
    catalog = JdbcCatalog.sqlite(directory.resolve("catalog.db"), clock);
    driver = counted(VolumeDriver.class, new MemoryVolumeDriver(volumes, erases));
    masking = counted(LunMasking.class, new MemoryLunMasking(driver));
    core =
        ProvisioningCore.over(
            new CoreParts(
                catalog,
                driver,
                masking,
                ServerPower.none(),
                TargetLoad.none(),
                SparseRegions.everything(),
                new MemorySigningKeys(),
                "a test",
                clock,
                timer,
                Runnable::run,
                Runnable::run,
                CoreSettings.DEFAULT));
    core.start();
    parts =
        new ProviderParts(
            counted(Catalog.class, catalog),
            driver,
            masking,
            core,
            jobs,
            ArrayFixture::owner,
            TARGET,
            List.of(new ProviderParts.Portal("127.0.0.1", 3260, 1)),
            "1.2.3",
            Runnable::run,
            clock);
    Names names = new Names(parts.catalog());
    declared = Profiles.declare(schema, parts, names);
    model = declared.model();
    operations = new Operations(model, () -> new Estate(parts, names), clock);
  }

  private static Optional<String> owner(io.lunette.core.volume.VolumeName volume) {
    return volume.value().startsWith("image-")
        ? Optional.of("volume '" + volume + "' belongs to an image")
        : Optional.empty();
  }

  private <T> T counted(Class<T> port, T real) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              if (Thread.currentThread() == asker) {
                calls.incrementAndGet();
              }
              if (method.getName().equals("create")) {
                beforeCreate.run();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** The answer to an operation whose parameters are that XML. */
  public String ask(Caller caller, String namespace, String operation, String parameters) {
    StringBuilder names = new StringBuilder();
    for (String part : namespace.split("/")) {
      names.append("<NAMESPACE NAME=\"").append(part).append("\"/>");
    }
    return send(
        caller,
        "<IMETHODCALL NAME=\""
            + operation
            + "\"><LOCALNAMESPACEPATH>"
            + names
            + "</LOCALNAMESPACEPATH>"
            + parameters
            + "</IMETHODCALL>");
  }

  /** The answer to a call, held to the standard; an error as {@code ERROR n: text}. */
  public String send(Caller caller, String call) {
    StringBuilder answer = new StringBuilder();
    send(caller, call, answer);
    if (answer.indexOf("ERROR ") != 0) {
      String element = call.startsWith("<I") ? "IMETHODRESPONSE" : "METHODRESPONSE";
      String name = call.replaceFirst("(?s)^[^\"]*\"([^\"]*)\".*$", "$1");
      CimXmlGrammar.check(
          "<CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><MESSAGE ID=\"1\" PROTOCOLVERSION=\"1.0\">"
              + "<SIMPLERSP><"
              + element
              + " NAME=\""
              + name
              + "\">"
              + answer
              + "</"
              + element
              + "></SIMPLERSP></MESSAGE></CIM>");
    }
    return answer.toString();
  }

  /** Writes the answer as it comes. */
  public void send(Caller caller, String call, Appendable answer) {
    try {
      CimRequest request =
          reader.read(
              ("<CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><MESSAGE ID=\"1\""
                      + " PROTOCOLVERSION=\"1.0\"><SIMPLEREQ>"
                      + call
                      + "</SIMPLEREQ></MESSAGE></CIM>")
                  .getBytes(StandardCharsets.UTF_8));
      operations.run(caller, request).write(new CimXmlWriter(new XmlOut(answer), schema, "array"));
    } catch (CimException e) {
      new XmlOut(answer).text("ERROR " + e.status().code() + ": " + e.getMessage());
    } catch (io.lunette.smis.cim.xml.RequestException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    core.close();
    catalog.close();
    timer.shutdownNow();
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.smis.cim.MofReader;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.indication.Indications;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Names;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Declares all profiles on one model; the one place that knows which there are. */
public final class Profiles {

  /**
   * What was declared.
   *
   * @param model all of it
   * @param indications who waits for what
   * @param volumes how a volume is told of
   * @param jobs how a job is
   */
  public record Declared(
      Model model, Indications indications, Kind<VolumeInfo> volumes, Kind<JobBook.Entry> jobs) {}

  private static final List<String> MOF =
      List.of("core.mof", "interop.mof", "block.mof", "masking.mof", "lunette.mof");
  private static final String VERSION = "1.6.1";

  private Profiles() {}

  /** The classes that the server knows. */
  public static Schema schema() {
    MofReader reader = new MofReader();
    MOF.forEach(name -> reader.read(resource(name)));
    return reader.schema();
  }

  private static String resource(String name) {
    try (InputStream stream = JobBook.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The array, as the model has it. */
  public static Declared declare(Schema schema, ProviderParts parts, Names names) {
    Model model = new Model(schema);
    ArraySystem array = new ArraySystem(model);
    Interop interop = new Interop(model, array);
    StoragePools pools = new StoragePools(model, array);
    StorageVolumes volumes = new StorageVolumes(model, array, pools);
    VolumeChanges changes = new VolumeChanges(parts, names);
    changes.tellBy(volumes, pools);
    BlockServices block = new BlockServices(model, array, pools, volumes, changes);
    ReplicaChanges replicas = new ReplicaChanges(parts, names, changes);
    Replication replication = new Replication(model, array, volumes, replicas);
    JobControl jobs = new JobControl(model, parts.jobs(), volumes);
    replicas.tellBy(volumes, jobs);
    replicas.tidy();
    Erasure erasure = new Erasure(model, array, parts, names, changes, jobs);
    jobs.ownedBy(model, block.service, replication.service, erasure.service);
    IscsiPorts ports = new IscsiPorts(model, array);
    HardwareIds ids = new HardwareIds(parts, names);
    new MaskingViews(model, array, volumes, ports, new PathChanges(parts, names, ids), ids);
    interop
        .register("Block Services", VERSION)
        .register("Thin Provisioning", VERSION)
        .register("Replication Services", VERSION)
        .register("Erasure", VERSION)
        .register("Masking and Mapping", VERSION)
        .register("iSCSI Target Ports", VERSION)
        .register("Job Control", VERSION)
        .register("Access Points", VERSION)
        .register("Software", VERSION)
        .register("Physical Package", VERSION);
    Indications indications = new Indications(model, parts);
    interop.registerForServer("Indication", VERSION);
    return new Declared(model, indications, volumes.volumes, jobs.jobs);
  }
}

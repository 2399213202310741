/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** Stands between a client and PostgreSQL and cuts the connection at a commit when told to. */
final class CuttingRelay implements AutoCloseable {

  /** Where the next commit is cut. */
  enum Cut {
    /** It does not reach the server. */
    BEFORE,
    /** It is carried out, and the answer does not reach the client. */
    AFTER
  }

  private final int target;
  private final ServerSocket listener;
  private final ExecutorService pumps = Executors.newCachedThreadPool();
  private final AtomicReference<Cut> next = new AtomicReference<>();

  CuttingRelay(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    pumps.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Cuts the next commit, once. */
  void cut(Cut where) {
    next.set(where);
  }

  /** Whether there was a commit to cut. */
  boolean hasCut() {
    return next.get() == null;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Line line = new Line(listener.accept(), new Socket("127.0.0.1", target));
        pumps.execute(line::toServer);
        pumps.execute(line::toClient);
      } catch (IOException e) {
        return;
      }
    }
  }

  private final class Line {
    private final Socket client;
    private final Socket server;
    private volatile boolean swallows;

    Line(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void toServer() {
      try (client;
          server) {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        byte[] bytes = new byte[65536];
        for (int read = in.read(bytes); read > 0; read = in.read(bytes)) {
          if (new String(bytes, 0, read, StandardCharsets.ISO_8859_1).contains("COMMIT")) {
            Cut cut = next.getAndSet(null);
            if (cut == Cut.BEFORE) {
              return;
            }
            swallows = cut == Cut.AFTER;
          }
          out.write(bytes, 0, read);
        }
      } catch (IOException e) {
        // The other direction has closed both.
      }
    }

    void toClient() {
      try (client;
          server) {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] bytes = new byte[65536];
        for (int read = in.read(bytes); read > 0 && !swallows; read = in.read(bytes)) {
          out.write(bytes, 0, read);
        }
      } catch (IOException e) {
        // The other direction has closed both.
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    pumps.shutdownNow();
  }
}

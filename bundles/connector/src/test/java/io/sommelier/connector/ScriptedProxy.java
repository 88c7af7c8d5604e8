package io.sommelier.connector;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A proxy of either kind, that lets through, says no, or says nothing, as a test wants; what it was asked is kept. Thread-safe. */
final class ScriptedProxy implements AutoCloseable {
    /** What it does once it was asked. */
    enum Mood {
        /** Connects, and passes on. */
        OPEN,
        /** Says no. */
        REFUSING,
        /** Never answers. */
        SILENT
    }

    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final ServerSocket listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final boolean isSocks;
    private volatile Mood mood = Mood.OPEN;
    private volatile String secret = "";
    private volatile boolean isSwallowing;

    ScriptedProxy(boolean isSocks) throws IOException {
        this.isSocks = isSocks;
        start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    void mood(Mood now) {
        mood = now;
    }

    /** From now on lets only those through who show {@code user:password}. */
    void wants(String userAndPassword) {
        secret = userAndPassword;
    }

    /** From now on passes nothing on, and closes nothing. */
    void swallow() {
        isSwallowing = true;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listening.accept();
                sockets.add(near);
                start(() -> serve(near));
            }
        } catch (IOException closed) {
            // nobody comes any more
        }
    }

    private void serve(Socket near) {
        try {
            int port = isSocks ? socks(near) : connect(near);
            if (port == 0) {
                return;
            }
            Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets.add(far);
            start(() -> copy(near, far));
            copy(far, near);
        } catch (IOException gone) {
            // so is the connection
        }
    }

    private int connect(Socket near) throws IOException {
        String head = headOf(near.getInputStream());
        asked.add(head);
        OutputStream out = near.getOutputStream();
        String shown = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
        if (!secret.isEmpty() && !head.contains("\r\nproxy-authorization: Basic " + shown + "\r\n")) {
            out.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            return 0;
        }
        Mood now = mood;
        if (now == Mood.OPEN) {
            out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String target = head.split(" ")[1];
            return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
        }
        if (now == Mood.REFUSING) {
            out.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return 0;
    }

    private static String headOf(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no head");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    private int socks(Socket near) throws IOException {
        DataInputStream in = new DataInputStream(near.getInputStream());
        OutputStream out = near.getOutputStream();
        in.readByte();
        byte[] methods = new byte[in.readByte()];
        in.readFully(methods);
        if (mood == Mood.SILENT) {
            asked.add("methods");
            return 0;
        }
        if (secret.isEmpty()) {
            out.write(new byte[] {5, 0});
        } else if (!isLetIn(in, out, methods)) {
            return 0;
        }
        in.readByte();
        in.readByte();
        in.readByte();
        int kind = in.readByte();
        byte[] host = new byte[kind == 1 ? 4 : kind == 4 ? 16 : in.readUnsignedByte()];
        in.readFully(host);
        int port = in.readUnsignedShort();
        asked.add((kind == 3 ? new String(host, StandardCharsets.US_ASCII) : "address") + ":" + port);
        boolean isOpen = mood == Mood.OPEN;
        out.write(new byte[] {5, (byte) (isOpen ? 0 : 2), 0, 1, 0, 0, 0, 0, 0, 0});
        return isOpen ? port : 0;
    }

    /** RFC 1929. */
    private boolean isLetIn(DataInputStream in, OutputStream out, byte[] methods) throws IOException {
        if (new String(methods, StandardCharsets.ISO_8859_1).indexOf(2) < 0) {
            out.write(new byte[] {5, (byte) 0xff});
            return false;
        }
        out.write(new byte[] {5, 2});
        in.readByte();
        byte[] user = new byte[in.readUnsignedByte()];
        in.readFully(user);
        byte[] password = new byte[in.readUnsignedByte()];
        in.readFully(password);
        String shown = new String(user, StandardCharsets.UTF_8) + ":" + new String(password, StandardCharsets.UTF_8);
        out.write(new byte[] {1, (byte) (shown.equals(secret) ? 0 : 1)});
        return shown.equals(secret);
    }

    private void copy(Socket from, Socket to) {
        try {
            byte[] bytes = new byte[16 * 1024];
            for (int count = from.getInputStream().read(bytes);
                    count >= 0;
                    count = from.getInputStream().read(bytes)) {
                if (!isSwallowing) {
                    to.getOutputStream().write(bytes, 0, count);
                }
            }
            if (!isSwallowing) {
                to.shutdownOutput();
            }
        } catch (IOException gone) {
            // so is the connection
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}

package io.sommelier.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The little of STOMP that is wanted, by hand. */
final class Stomp {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Stomp() {}

    /** Connects, disconnects, and gives the frame that was answered. */
    static String login(int port, String user, String password) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            send(socket, "CONNECT\naccept-version:1.2\nhost:any\nlogin:" + user + "\npasscode:" + password + "\n\n");
            String answer = receive(socket.getInputStream());
            if (answer.startsWith("CONNECTED")) {
                leave(socket);
            }
            return answer;
        }
    }

    /** Sends a text to the queue of a target, and gives the frame with the reply. */
    static String request(int port, String target, String operation, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            send(socket, "CONNECT\naccept-version:1.2\nhost:any\n\n");
            receive(socket.getInputStream());
            send(socket, "SUBSCRIBE\nid:0\ndestination:stomp.replies\nack:client-individual\nreceipt:there\n\n");
            receive(socket.getInputStream());
            send(
                    socket,
                    "SEND\ndestination:sommelier.in." + target
                            + "\nreply-to:stomp.replies\ncorrelation-id:order-7\nsommelier_operation:" + operation
                            + "\n\n" + text);
            String reply = receive(socket.getInputStream());
            // Where the broker acknowledges by itself, it does so behind the reply, and warns when its client has left
            // by then.
            send(socket, "ACK\nid:" + header(reply, "ack") + "\nreceipt:taken\n\n");
            receive(socket.getInputStream());
            leave(socket);
            return reply;
        }
    }

    private static String header(String frame, String name) {
        return frame.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no header " + name + " in " + frame));
    }

    /** A client that only hangs up is a failure to the broker, and a warning in its log. */
    private static void leave(Socket socket) throws IOException {
        send(socket, "DISCONNECT\nreceipt:bye\n\n");
        receive(socket.getInputStream());
    }

    private static void send(Socket socket, String frame) throws IOException {
        socket.getOutputStream().write((frame + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private static String receive(InputStream in) throws IOException {
        StringBuilder frame = new StringBuilder();
        for (int c = in.read(); c > 0; c = in.read()) {
            frame.append((char) c);
        }
        return frame.toString().stripLeading();
    }
}

package io.sommelier.transport.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Frames of the wire protocol as bytes, for clients that a test writes by hand. */
final class Frames {
    static final int WELCOME = 0x02;
    static final int REFUSED = 0x03;
    static final int PING = 0x04;
    static final int PONG = 0x05;
    static final int GOODBYE = 0x08;
    static final int COMMAND = 0x10;
    static final int DATA = 0x13;
    static final int FAILED = 0x15;

    private Frames() {}

    /** The frames of a file in {@code vectors} of the wire bundle. */
    static byte[] vector(String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../wire/vectors", name + ".txt"));
        String hex = String.join("\n", lines.subList(2, lines.indexOf("gives")));
        return HexFormat.of().parseHex(hex.replaceAll("#[^\n]*", "").replaceAll("\\s", ""));
    }

    /** What comes in binary messages, until a whole frame of that type has come; gives its body. What comes behind it is left for the next call. */
    static byte[] readUntil(RawClient client, int type) throws IOException {
        while (true) {
            ByteBuffer bytes = ByteBuffer.wrap(client.unread);
            while (bytes.remaining() >= 10 && bytes.remaining() >= 4 + bytes.getInt(bytes.position())) {
                byte[] body = new byte[bytes.getInt() - 6];
                int found = bytes.get();
                bytes.get();
                bytes.getInt();
                bytes.get(body);
                if (found == type) {
                    client.unread = rest(bytes);
                    return body;
                }
            }
            byte[] rest = rest(bytes);
            byte[] more = client.readUntil(RawClient.BINARY).payload();
            client.unread = Arrays.copyOf(rest, rest.length + more.length);
            System.arraycopy(more, 0, client.unread, rest.length, more.length);
        }
    }

    private static byte[] rest(ByteBuffer bytes) {
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }

    /** The reason in the body of a GOODBYE or REFUSED. */
    static int reasonOf(byte[] goodbye) {
        return ByteBuffer.wrap(goodbye).getShort();
    }
}

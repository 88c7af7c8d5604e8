package io.sommelier.wire;

import io.sommelier.api.Credential;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The bodies of HELLO and WELCOME.
 *
 * <pre>
 * HELLO    u32 magic 'SOML'   u8 lowest version   u8 highest version      (these three are the same in every version)
 *          u8 role, 1 = connector   limits   u32 heartbeat in ms
 *          name instance   name targetId   u32 capacity   name resume token
 *          name credential scheme   u16 length, secret
 *          u8 count, attributes (name, name)   u16 count, operations (name)
 * WELCOME  u8 version   limits   u32 heartbeat in ms   name controllerId   name targetId   name resume token
 * limits   u32 largest frame   u32 largest message   u32 largest header block   u32 streams
 * name     u8 length, ASCII
 * </pre>
 *
 * What follows the last field is skipped: a later version may add to both.
 */
final class HelloFrames {
    private HelloFrames() {}

    /** What a hello carries beside {@link Hello}. */
    record Offer(Hello hello, Limits limits) {}

    /**
     * Writes a hello.
     *
     * @return whether all operations had room in it; if not, an OPERATIONS must follow
     * @throws IllegalArgumentException when the secret is too long
     */
    static boolean writeHello(FrameWriter writer, Hello hello, LinkSettings settings) {
        checkSecret(hello.credential());
        writer.begin(Frames.HELLO, 0, 0)
                .u32(Frames.MAGIC)
                .u8(Frames.VERSION)
                .u8(Frames.VERSION)
                .u8(Frames.ROLE_CONNECTOR);
        writeLimits(writer, Limits.of(settings), settings);
        writer.name(hello.instance())
                .name(hello.targetId())
                .u32(hello.capacity())
                .name(hello.resumeToken());
        Credential credential = hello.credential();
        writer.name(credential.scheme()).u16(credential.secret().size()).bytes(credential.secret());
        writer.u8(hello.attributes().size());
        new TreeMap<>(hello.attributes())
                .forEach((name, value) -> writer.name(name).name(value));
        List<String> named = new ArrayList<>(new TreeSet<>(hello.operations()));
        int count = 0;
        int room = Frames.MAX_HELLO_BYTES - writer.size() - 2;
        while (count < named.size() && room > named.get(count).length()) {
            room -= 1 + named.get(count).length();
            count++;
        }
        writer.u16(count);
        named.subList(0, count).forEach(writer::name);
        writer.end();
        return count == named.size();
    }

    /** @throws IllegalArgumentException when the secret is longer than a hello carries */
    static void checkSecret(Credential credential) {
        if (credential.secret().size() > Frames.MAX_SECRET_BYTES) {
            throw new IllegalArgumentException("the secret has "
                    + credential.secret().size() + " bytes, allowed are at most " + Frames.MAX_SECRET_BYTES);
        }
    }

    /** Whether the versions that the peer speaks include ours; the role and all else come after them. */
    static boolean readVersions(Frame frame) {
        if (frame.u32() != Frames.MAGIC) {
            throw new ProtocolViolationException("this is no hello");
        }
        int lowest = frame.u8();
        int highest = frame.u8();
        return lowest <= Frames.VERSION && Frames.VERSION <= highest;
    }

    /**
     * Reads what follows the versions.
     *
     * @throws IllegalArgumentException when a field is not acceptable
     */
    static Offer readHello(Frame frame) {
        int role = frame.u8();
        if (role != Frames.ROLE_CONNECTOR) {
            throw new IllegalArgumentException("the hello is of role " + role + ", taken is 1, a connector");
        }
        Limits limits = readLimits(frame);
        Hello.Builder hello = Hello.of(frame.name());
        String targetId = frame.name();
        hello.capacity(frame.u32()).resumeToken(frame.name());
        String scheme = frame.name();
        hello.credential(new Credential(scheme, frame.bytes(frame.u16())));
        int attributeCount = frame.u8();
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < attributeCount; i++) {
            attributes.put(frame.name(), frame.name());
        }
        hello.attributes(attributes);
        List<String> operations = new ArrayList<>();
        int operationCount = frame.u16();
        for (int i = 0; i < operationCount; i++) {
            operations.add(frame.name());
        }
        if (!targetId.isEmpty()) {
            hello.serves(targetId, operations);
        } else if (!operations.isEmpty()) {
            throw new IllegalArgumentException("the hello names operations, but no target");
        }
        return new Offer(hello.build(), limits);
    }

    static void writeWelcome(FrameWriter writer, Welcome welcome, Limits agreed, LinkSettings settings) {
        writer.begin(Frames.WELCOME, 0, 0).u8(Frames.VERSION);
        writeLimits(writer, agreed, settings);
        writer.name(welcome.controllerId())
                .name(welcome.targetId())
                .name(welcome.resumeToken())
                .end();
    }

    /** Reads the limits of a welcome, the version before them included. */
    static Limits readAgreed(Frame frame) {
        frame.allowFlags(0);
        int version = frame.u8();
        if (version != Frames.VERSION) {
            throw new ProtocolViolationException("the welcome chose version " + version + ", which was not offered");
        }
        try {
            return readLimits(frame);
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolationException("welcome: " + e.getMessage());
        }
    }

    /** Reads what follows the limits of a welcome. */
    static Welcome readWelcome(Frame frame) {
        try {
            return new Welcome(frame.name(), frame.name(), frame.name());
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolationException("welcome: " + e.getMessage());
        }
    }

    private static void writeLimits(FrameWriter writer, Limits limits, LinkSettings settings) {
        writer.u32(limits.maxFrameBytes())
                .u32(limits.maxMessageBytes())
                .u32(limits.maxHeaderBytes())
                .u32(limits.maxStreams())
                .u32((int) settings.heartbeat().toMillis());
    }

    private static Limits readLimits(Frame frame) {
        Limits limits = new Limits(frame.u32(), frame.u32(), frame.u32(), frame.u32());
        frame.u32(); // how often the peer says it will ping; each end watches at its own pace
        if (!limits.areInRange()) {
            throw new IllegalArgumentException("limits are out of range: " + limits);
        }
        return limits;
    }
}

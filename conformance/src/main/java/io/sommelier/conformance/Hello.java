package io.sommelier.conformance;

import java.util.HashSet;
import java.util.Set;

/** What a connector said first. Immutable. */
record Hello(
        Limits limits,
        long heartbeatMillis,
        String instance,
        String target,
        long capacity,
        String resumeToken,
        Set<String> operations) {
    private static final long MAGIC = 0x534f4d4cL;

    /** Reads a HELLO strictly; bytes behind its last field are allowed. */
    static Hello read(Frame frame) {
        if (frame.type() != Frame.HELLO) {
            throw new Broken("the first frame is " + frame.name() + ", not HELLO");
        }
        if (frame.flags() != 0 || frame.stream() != 0) {
            throw new Broken("HELLO: flags and stream have to be 0");
        }
        Fields fields = new Fields(frame);
        if (fields.u32("magic") != MAGIC) {
            throw new Broken("HELLO does not begin with SOML");
        }
        int lowest = fields.u8("lowest version");
        int highest = fields.u8("highest version");
        if (lowest > 1 || highest < 1) {
            throw new Broken("HELLO: versions %d to %d do not include 1".formatted(lowest, highest));
        }
        int role = fields.u8("role");
        if (role != 1) {
            throw new Broken("HELLO: role is %d, a connector's is 1".formatted(role));
        }
        Limits limits = Limits.read(fields);
        long heartbeat = fields.u32("heartbeat", 1, 600_000);
        String instance = fields.name("instance");
        String target = fields.anyName("target");
        long capacity = fields.u32("capacity", target.isEmpty() ? 0 : 1, 1_000_000);
        String token = fields.label("resume token");
        String scheme = fields.anyName("credential scheme");
        int secret = fields.u16("secret");
        fields.bytes(secret, "secret");
        if (scheme.isEmpty() && secret > 0) {
            throw new Broken("HELLO: a secret without a scheme");
        }
        int attributes = fields.u8("attributes");
        if (attributes > 64) {
            throw new Broken("HELLO: %d attributes, allowed are 64".formatted(attributes));
        }
        for (int i = 0; i < attributes; i++) {
            fields.name("name of an attribute");
            fields.label("value of an attribute");
        }
        Set<String> operations = operations(fields);
        if (target.isEmpty() && !operations.isEmpty()) {
            throw new Broken("HELLO: operations without a target");
        }
        return new Hello(limits, heartbeat, instance, target, capacity, token, operations);
    }

    /** The list of operations, here and in OPERATIONS. */
    static Set<String> operations(Fields fields) {
        int count = fields.u16("operations");
        if (count > 1024) {
            throw new Broken("%d operations, allowed are 1024".formatted(count));
        }
        Set<String> operations = new HashSet<>();
        for (int i = 0; i < count; i++) {
            operations.add(fields.name("operation"));
        }
        return Set.copyOf(operations);
    }
}

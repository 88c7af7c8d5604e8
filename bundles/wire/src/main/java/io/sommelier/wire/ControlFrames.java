package io.sommelier.wire;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The bodies of REFUSED, GOODBYE and OPERATIONS.
 *
 * <pre>
 * REFUSED, GOODBYE   u16 reason   u8 come back, 0 or 1   u16 length, message in UTF-8
 * OPERATIONS         u16 count, operations (u8 length, ASCII); with flag MORE the set goes on in the next OPERATIONS
 * </pre>
 *
 * What follows the last field of a REFUSED or GOODBYE is skipped.
 */
final class ControlFrames {
    /** Whatever was agreed, frames of this size are taken. */
    private static final int OPERATIONS_BYTES = LinkSettings.MIN_FRAME_BYTES;

    private final Set<String> arriving = new HashSet<>();

    static void writeGoodbye(FrameWriter writer, int type, Goodbye goodbye) {
        writer.begin(type, 0, 0)
                .u16(goodbye.reason().number())
                .u8(goodbye.comeBack() ? 1 : 0)
                .text(goodbye.message())
                .end();
    }

    static Goodbye readGoodbye(Frame frame) {
        frame.allowFlags(0);
        CloseReason reason = CloseReason.ofNumber(frame.u16());
        boolean comeBack = frame.u8() != 0;
        return new Goodbye(reason, comeBack, frame.text());
    }

    static void writeOperations(FrameWriter writer, Set<String> operations) {
        List<String> left = new ArrayList<>(new TreeSet<>(operations));
        do {
            int bytes = Frames.HEADER_BYTES + 2;
            int count = 0;
            while (count < left.size() && bytes + 1 + left.get(count).length() <= OPERATIONS_BYTES) {
                bytes += 1 + left.get(count).length();
                count++;
            }
            writer.begin(Frames.OPERATIONS, count < left.size() ? Frames.MORE : 0, 0)
                    .u16(count);
            left.subList(0, count).forEach(writer::name);
            writer.end();
            left = left.subList(count, left.size());
        } while (!left.isEmpty());
    }

    /** Reads a set, or a piece of one. Returns the set once it is whole, else {@code null}. */
    Set<String> readOperations(Frame frame) {
        frame.allowFlags(Frames.MORE);
        int count = frame.u16();
        for (int i = 0; i < count; i++) {
            arriving.add(frame.name());
            if (arriving.size() > Hello.MAX_OPERATIONS) {
                throw new ProtocolViolationException("more than " + Hello.MAX_OPERATIONS + " operations");
            }
        }
        frame.end();
        if (frame.has(Frames.MORE)) {
            if (count == 0) {
                throw new ProtocolViolationException("a piece of a set of operations is empty");
            }
            return null;
        }
        try {
            return checked(arriving);
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolationException(e.getMessage());
        } finally {
            arriving.clear();
        }
    }

    /**
     * A copy of a set of operations.
     *
     * @throws IllegalArgumentException when one breaks the grammar of names, or there are too many
     */
    static Set<String> checked(Set<String> operations) {
        return Hello.of("any").serves("any", operations).build().operations();
    }
}

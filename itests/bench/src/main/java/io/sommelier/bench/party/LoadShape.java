package io.sommelier.bench.party;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a requester sends. Immutable.
 *
 * @param inFlight how many commands are under way at once
 * @param payloadBytes the payload of a command and of its reply, or of each part of a stream
 * @param parts how many parts a reply is streamed in; 0 for a single answer
 * @param firstResponder the number of the first responder
 * @param responders among how many responders, with successive numbers, the commands go round
 */
public record LoadShape(int inFlight, int payloadBytes, int parts, int firstResponder, int responders) {
    /** Reads {@code --inflight}, {@code --payload}, {@code --parts}, {@code --first} and {@code --responders}. */
    public static LoadShape of(Arguments arguments) {
        return new LoadShape(
                arguments.number("inflight", 1, 1),
                arguments.number("payload", 256, 0),
                arguments.number("parts", 0, 0),
                arguments.number("first", 1, 1),
                arguments.number("responders", 1, 1));
    }

    /** A load of single answers from one responder. */
    public static LoadShape single(int inFlight, int payloadBytes) {
        return new LoadShape(inFlight, payloadBytes, 0, 1, 1);
    }

    /** A load of streams from one responder. */
    public static LoadShape streams(int inFlight, int payloadBytes, int parts) {
        return new LoadShape(inFlight, payloadBytes, parts, 1, 1);
    }

    /** This shape, with so many responders. */
    public LoadShape among(int count) {
        return new LoadShape(inFlight, payloadBytes, parts, firstResponder, count);
    }

    /** The arguments that {@link #of} reads, behind others. */
    public String[] toArguments(String... others) {
        List<String> words = new ArrayList<>(Arrays.asList(others));
        words.addAll(List.of("--inflight", Integer.toString(inFlight)));
        words.addAll(List.of("--payload", Integer.toString(payloadBytes)));
        words.addAll(List.of("--parts", Integer.toString(parts)));
        words.addAll(List.of("--first", Integer.toString(firstResponder)));
        words.addAll(List.of("--responders", Integer.toString(responders)));
        return words.toArray(String[]::new);
    }

    /** Whether replies are streams. */
    public boolean isStream() {
        return parts > 0;
    }

    /** Bytes to send; a request for a stream is empty. */
    public byte[] payload() {
        byte[] payload = new byte[isStream() ? 0 : payloadBytes];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) i;
        }
        return payload;
    }
}

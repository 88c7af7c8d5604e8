package io.sommelier.bench.party;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The end of a conversation that a party holds: a line comes in, a line that starts with {@link #ANSWER} or {@link
 * #FAILURE} goes out. It begins with the party's port, and ends when there is nothing more to read, so no party
 * outlives the bench that started it.
 *
 * <p>{@code usage} answers {@link Usage}; {@code memory} collects garbage and answers {@link Memory}; everything else
 * is for the party.
 */
public final class PartyLoop {
    /** What an answer starts with. */
    public static final String ANSWER = "= ";
    /** What the answer of a party that failed starts with. */
    public static final String FAILURE = "! ";

    private final Party party;
    private final UsageMeter usage = new UsageMeter();

    /** Not running yet. */
    public PartyLoop(Party party) {
        this.party = party;
    }

    /** Talks until there is nothing more to read; failures, in full, go to {@code errors}. */
    public void run(InputStream in, PrintStream out, PrintStream errors) throws IOException {
        out.println(ANSWER + party.port());
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(answer(List.of(line.trim().split(" +")), errors));
        }
    }

    private String answer(List<String> words, PrintStream errors) {
        String verb = words.get(0);
        try {
            return ANSWER
                    + switch (verb) {
                        case "usage" -> usage.read().toLine();
                        case "memory" -> Memory.afterCollection().toLine();
                        default -> party.tell(verb, words.subList(1, words.size()));
                    };
        } catch (Exception failure) { // whatever a party does, the bench must learn of it
            failure.printStackTrace(errors);
            return FAILURE + verb + ": " + failure;
        }
    }
}

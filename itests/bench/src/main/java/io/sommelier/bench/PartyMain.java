package io.sommelier.bench;

import io.sommelier.bench.party.Arguments;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import io.sommelier.bench.party.Party;
import io.sommelier.bench.party.PartyLoop;
import io.sommelier.bench.party.Requester;
import io.sommelier.bench.relay.Relay;
import io.sommelier.bench.relay.RelayRequester;
import io.sommelier.bench.relay.RelayResponders;
import java.util.Arrays;
import java.util.List;

/** The main class of the processes that the bench starts: takes a role and its arguments, and talks over standard input and output. */
public final class PartyMain {
    private PartyMain() {}

    /** Ends when there is nothing more to read, or the party could not be made. */
    public static void main(String[] words) {
        try (Party party = create(words[0], Arrays.asList(words).subList(1, words.length))) {
            new PartyLoop(party).run(System.in, System.out, System.err);
        } catch (Exception failure) { // the top of the process
            failure.printStackTrace();
            System.out.println(PartyLoop.FAILURE + failure);
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0); // the bench has gone: whatever still runs here is of no use
    }

    /**
     * Makes the party of a role.
     *
     * @throws IllegalArgumentException when there is no such role, or an argument is wrong
     */
    static Party create(String role, List<String> words) throws Exception {
        Arguments arguments = Arguments.of(words);
        Party party = switch (role) {
            case "relay" ->
                new Relay(
                        arguments.text("host", "127.0.0.1"),
                        arguments.number("port", 0, 0),
                        arguments.number("loops", Loops.count(), 1));
            case "relay-requester" -> {
                Meter meter = new Meter();
                yield new Requester(
                        new RelayRequester(
                                arguments.address("relay"),
                                arguments.number("number", 60_000, 1),
                                LoadShape.of(arguments),
                                meter),
                        meter);
            }
            case "relay-responder" -> {
                RelayResponders responders = new RelayResponders(arguments.address("relay"), LoadShape.of(arguments));
                responders.open(arguments.number("count", 1, 0));
                yield responders;
            }
            default -> throw new IllegalArgumentException("there is no party '" + role + "'");
        };
        arguments.allRead();
        return party;
    }
}

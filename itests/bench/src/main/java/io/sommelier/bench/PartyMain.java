package io.sommelier.bench;

import io.sommelier.bench.camel.CamelGateway;
import io.sommelier.bench.camel.QueueWorkers;
import io.sommelier.bench.core.BareLoad;
import io.sommelier.bench.core.Connectors;
import io.sommelier.bench.core.ControllerParty;
import io.sommelier.bench.core.CrowdParty;
import io.sommelier.bench.core.InJvm;
import io.sommelier.bench.http.HttpEcho;
import io.sommelier.bench.http.HttpRequester;
import io.sommelier.bench.party.Arguments;
import io.sommelier.bench.party.Keys;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.Party;
import io.sommelier.bench.party.PartyLoop;
import io.sommelier.bench.party.Requester;
import io.sommelier.bench.relay.Carrier;
import io.sommelier.bench.relay.Relay;
import io.sommelier.bench.relay.RelayRequester;
import io.sommelier.bench.relay.RelayResponders;
import io.sommelier.bench.waiting.BareQueue;
import io.sommelier.bench.waiting.BrokerHome;
import io.sommelier.bench.waiting.BrokerParty;
import io.sommelier.bench.waiting.Mailboxes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The main class of the processes that the bench starts: takes a role and its arguments, and talks over standard input
 * and output.
 */
public final class PartyMain {
    private static final String LOOPBACK = "127.0.0.1";
    /** With fewer plain Camel answers less. */
    private static final int QUEUE_CONSUMERS = 8;

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
            case "controller" ->
                new ControllerParty(
                        host(arguments),
                        port(arguments),
                        loops(arguments),
                        Over.of(arguments, Over.TCP, Over.TLS, Over.WEBSOCKET),
                        keys(arguments));
            case "requester" ->
                Connectors.requester(
                        arguments.address("controller"),
                        Over.of(arguments, Over.values()),
                        keys(arguments),
                        LoadShape.of(arguments),
                        isDurable(arguments));
            case "responder" ->
                Connectors.responder(
                        arguments.address("controller"),
                        Over.of(arguments, Over.values()),
                        keys(arguments),
                        LoadShape.of(arguments),
                        isDirect(arguments));
            case "crowd" -> crowd(arguments);
            case "in-jvm" -> inJvm(arguments);
            case "bare" -> bare(arguments);
            case "mailbox" -> mailbox(arguments);
            case "queue" -> queue(BareQueue.within(BrokerHome.closed()), arguments);
            case "queue-requester" -> queue(BareQueue.towards(arguments.address("broker")), arguments);
            case "broker" -> new BrokerParty(port(arguments));
            case "http-requester" -> httpRequester(arguments);
            case "http-echo" -> new HttpEcho(host(arguments), port(arguments), arguments.number("loops", cores(), 1));
            case "camel" -> camel(arguments);
            case "camel-worker" ->
                new QueueWorkers(arguments.address("broker"), arguments.number("consumers", QUEUE_CONSUMERS, 1));
            case "relay" ->
                new Relay(
                        host(arguments),
                        port(arguments),
                        loops(arguments),
                        Carrier.ofRelay(overOfRelay(arguments), keys(arguments)));
            case "relay-requester" -> relayRequester(arguments);
            case "relay-responder" -> relayResponders(arguments);
            default -> throw new IllegalArgumentException("there is no party '" + role + "'");
        };
        arguments.allRead();
        return party;
    }

    private static String host(Arguments arguments) {
        return arguments.text("host", LOOPBACK);
    }

    private static int port(Arguments arguments) {
        return arguments.number("port", 0, 0);
    }

    /** One event loop for two cores, in the controller and in the relay. */
    private static int loops(Arguments arguments) {
        return arguments.number("loops", Math.max(1, cores() / 2), 1);
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static Over overOfRelay(Arguments arguments) {
        return Over.of(arguments, Over.TCP, Over.TLS, Over.WEBSOCKET);
    }

    private static Carrier carrierOfClient(Arguments arguments) {
        return Carrier.ofClient(overOfRelay(arguments), keys(arguments));
    }

    private static Keys keys(Arguments arguments) {
        return new Keys(Path.of(arguments.text("keys", "")));
    }

    private static boolean isDirect(Arguments arguments) {
        return arguments.choice("handler", "direct", "executor").equals("direct");
    }

    private static boolean isDurable(Arguments arguments) {
        return arguments.choice("durable", "no", "yes").equals("yes");
    }

    private static Party crowd(Arguments arguments) throws InterruptedException {
        CrowdParty crowd = new CrowdParty(
                arguments.address("controller"),
                arguments.number("first", 1, 1),
                arguments.choice("targets", "one", "own").equals("one"));
        crowd.open(arguments.number("count", 0, 0));
        return crowd;
    }

    private static Party inJvm(Arguments arguments) {
        Meter meter = new Meter();
        return new Requester(new InJvm(isDirect(arguments)).load(LoadShape.of(arguments), meter), meter);
    }

    private static Party bare(Arguments arguments) {
        Meter meter = new Meter();
        LoadShape shape = LoadShape.of(arguments);
        return new Requester(
                isDirect(arguments)
                        ? BareLoad.direct(shape, meter)
                        : BareLoad.executor(shape, meter, InJvm.HANDLER_THREADS),
                meter);
    }

    private static Party mailbox(Arguments arguments) throws InterruptedException {
        Meter meter = new Meter();
        LoadShape shape = LoadShape.of(arguments);
        Mailboxes mailboxes = new Mailboxes();
        return new Requester(
                isDurable(arguments) ? mailboxes.durable(shape, meter) : mailboxes.waves(shape, meter), meter);
    }

    private static Party queue(BareQueue.Sessions sessions, Arguments arguments) throws Exception {
        Meter meter = new Meter();
        LoadShape shape = LoadShape.of(arguments);
        boolean durable = isDurable(arguments);
        BareQueue queue = new BareQueue(sessions, shape, durable);
        return new Requester(durable ? queue.flowing(shape, meter) : queue.waves(shape, meter), meter);
    }

    private static Party camel(Arguments arguments) throws Exception {
        BrokerHome broker = BrokerHome.listening(arguments.number("broker-port", 0, 0));
        return new CamelGateway(
                host(arguments), port(arguments), broker, arguments.number("consumers", QUEUE_CONSUMERS, 1));
    }

    private static Party httpRequester(Arguments arguments) {
        Meter meter = new Meter();
        return new Requester(
                new HttpRequester(
                        arguments.address("server"), arguments.text("path", "/"), LoadShape.of(arguments), meter),
                meter);
    }

    private static Party relayRequester(Arguments arguments) {
        Meter meter = new Meter();
        return new Requester(
                new RelayRequester(
                        arguments.address("relay"),
                        carrierOfClient(arguments),
                        requesterNumber(),
                        LoadShape.of(arguments),
                        meter),
                meter);
    }

    /** Above those of responders, and another one for each process. */
    private static int requesterNumber() {
        return 60_000 + (int) (ProcessHandle.current().pid() % 5_000);
    }

    private static Party relayResponders(Arguments arguments) throws InterruptedException {
        RelayResponders responders =
                new RelayResponders(arguments.address("relay"), carrierOfClient(arguments), LoadShape.of(arguments));
        responders.open(arguments.number("count", 1, 0));
        return responders;
    }
}

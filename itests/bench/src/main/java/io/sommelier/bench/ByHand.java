package io.sommelier.bench;

import io.sommelier.bench.party.Party;
import io.sommelier.bench.party.Requester;
import io.sommelier.bench.party.Window;
import io.sommelier.bench.stats.SteadyRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** Runs one party that a person has started: a requester for a while, any other until it is stopped. */
final class ByHand {
    private static final int MOST_WARM_UP_SECONDS = 30;

    private ByHand() {}

    /** Takes a role and its arguments; {@code --seconds N} says how long a requester measures. */
    static void run(List<String> words) throws Exception {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a party needs a role");
        }
        List<String> arguments = new ArrayList<>(words.subList(1, words.size()));
        int seconds = takeSeconds(arguments);
        try (Party party = PartyMain.create(words.get(0), arguments)) {
            if (party instanceof Requester requester) {
                measure(requester, seconds);
            } else {
                System.out.println(
                        words.get(0) + (party.port() > 0 ? " listens on port " + party.port() : " is connected"));
                new CountDownLatch(1).await();
            }
        }
        System.exit(0);
    }

    private static int takeSeconds(List<String> arguments) {
        int at = arguments.indexOf("--seconds");
        if (at < 0 || at + 1 == arguments.size()) {
            return 10;
        }
        arguments.remove(at);
        return Integer.parseInt(arguments.remove(at));
    }

    private static void measure(Requester requester, int seconds) throws InterruptedException {
        SteadyRate steady = new SteadyRate(4, 0.1);
        requester.start();
        requester.window();
        for (int i = 0; i < MOST_WARM_UP_SECONDS && !steady.isSteady(); i++) {
            Thread.sleep(1000);
            steady.add(requester.window().rate());
        }
        Thread.sleep(seconds * 1000L);
        Window window = requester.window();
        requester.stop();
        System.out.printf(
                Locale.ROOT,
                "%s%,.0f/s, p50 %.1f us, p99 %.1f us, p99.9 %.1f us%n",
                steady.isSteady() ? "" : "still not steady: ",
                window.rate(),
                window.p50Nanos() / 1e3,
                window.p99Nanos() / 1e3,
                window.p999Nanos() / 1e3);
    }
}

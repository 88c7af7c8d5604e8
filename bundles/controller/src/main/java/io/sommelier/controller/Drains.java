package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drains that an operator orders, and that of a controller that stops. Thread-safe; nothing blocks. */
final class Drains {
    private static final Logger LOG = LoggerFactory.getLogger(Drains.class);

    /** Orders that are under way at once at most. */
    static final int MAX_RUNS = 10_000;

    private final Controller controller;
    private final Set<DrainRun> runs = ConcurrentHashMap.newKeySet();

    Drains(Controller controller) {
        this.controller = controller;
    }

    Optional<CompletionStage<DrainReport>> channel(String channelId, DrainOrder order) {
        Duration limit = limitOf(order);
        return controller.sessions().stream()
                .filter(session -> session.channelId().equals(channelId))
                .findFirst()
                .map(session -> drain("channel " + channelId, List.of(session), order, limit));
    }

    Optional<CompletionStage<DrainReport>> target(String targetId, DrainOrder order) {
        Duration limit = limitOf(order);
        return Optional.ofNullable(controller.target(targetId))
                .map(target -> drain("target " + targetId, target.members(), order, limit));
    }

    private CompletionStage<DrainReport> drain(String what, List<Session> sessions, DrainOrder order, Duration limit) {
        if (order.stayAway()) {
            for (Session session : sessions) {
                if (session.channel().isLocal()) {
                    throw new IllegalStateException(session.instance()
                            + " lives in the JVM of this controller, and has nowhere to stay away: stop its bundle");
                }
            }
        }
        DrainRun run = new DrainRun(controller, what, goodbye(what, order), limit);
        begin(run);
        run.begin(sessions);
        return run.whenOver();
    }

    ControllerDrain controller(DrainOrder order, Duration limit) {
        ControllerDrain run =
                new ControllerDrain(controller, goodbye("controller " + controller.controllerId(), order), limit);
        begin(run);
        run.begin();
        return run;
    }

    private static Goodbye goodbye(String what, DrainOrder order) {
        return new Goodbye(CloseReason.SHUTDOWN, !order.stayAway(), "the " + what + " is drained");
    }

    private void begin(DrainRun run) {
        if (runs.size() >= MAX_RUNS) {
            throw new IllegalStateException("as many drains are under way as may be: " + MAX_RUNS);
        }
        runs.add(run);
        run.whenOver().thenAccept(report -> {
            runs.remove(run);
            tell(report);
        });
    }

    /** One line for each, whatever it was. */
    private static void tell(DrainReport report) {
        long unfinished = report.unfinishedCount();
        String line = "the {} is drained after {} ms, {}: {} commands finished, {} did not {}; {} channels: {}";
        Object[] values = {
            report.what(),
            report.took().toMillis(),
            report.end(),
            report.finished(),
            unfinished,
            report.unfinished(),
            report.channels().size(),
            ends(report)
        };
        if (unfinished > 0) {
            LOG.warn(line, values);
        } else {
            LOG.info(line, values);
        }
    }

    private static Map<DrainEnd, Long> ends(DrainReport report) {
        return report.channels().stream()
                .collect(Collectors.groupingBy(
                        DrainReport.ChannelReport::end, () -> new EnumMap<>(DrainEnd.class), Collectors.counting()));
    }

    /** How long it may take. */
    Duration limitOf(DrainOrder order) {
        DrainSettings settings = controller.drainSettings();
        Duration limit = order.limit().orElse(settings.limit());
        if (limit.compareTo(settings.maxLimit()) > 0) {
            throw new IllegalArgumentException(
                    "limit = " + limit + " is above maxDrainLimit, which is " + settings.maxLimit());
        }
        return limit;
    }

    /** The controller takes new commands again. */
    void resume() {
        for (DrainRun run : runs) {
            if (run instanceof ControllerDrain drain) {
                drain.resume();
            }
        }
    }

    /** Completes what has not completed: no timer will. */
    void close() {
        List.copyOf(runs).forEach(DrainRun::finish);
    }
}

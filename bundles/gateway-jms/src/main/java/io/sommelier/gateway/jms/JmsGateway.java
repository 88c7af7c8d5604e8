package io.sommelier.gateway.jms;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.TargetView;
import io.sommelier.camel.SommelierComponents;
import io.sommelier.runtime.camel.CamelContexts;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the queues of commands while a broker and a controller are there, and waits while one is not. Thread-safe. All that takes time is done on a thread of its own,
 * {@code sommelier-gateway-jms}; only who takes the broker away waits until nothing of it is used.
 */
final class JmsGateway {
    private static final Logger LOG = LoggerFactory.getLogger(JmsGateway.class);
    private static final String WAITS = "waits for ";

    /** What commands have when their broker goes: it does not wait. */
    private static final Duration DRAIN_OF_BROKER = Duration.ofMillis(500);

    private static final long LEAVE_SECONDS = 6;
    private static final long STOP_SECONDS = 70;

    private final CamelContexts contexts;
    private final SommelierComponents components;
    private final ScheduledThreadPoolExecutor thread = executor("sommelier-gateway-jms");
    /** Cancels what takes too long, while the thread waits for it. */
    private final ScheduledThreadPoolExecutor timer = executor("sommelier-gateway-jms-timer");

    private volatile GatewaySettings settings;
    private volatile Broker broker;
    private volatile ControllerAdmin controller;
    private volatile boolean isStopped;
    private volatile String state = "";
    private volatile Set<String> served = Set.of();

    // Confined to the thread.
    private Serving serving;
    private GatewaySettings servingBy;

    JmsGateway(CamelContexts contexts, SommelierComponents components, GatewaySettings settings) {
        this.contexts = contexts;
        this.components = components;
        this.settings = settings;
    }

    private static ScheduledThreadPoolExecutor executor(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    /** Begins to look for what there is to serve. */
    void start() {
        thread.execute(this::look);
    }

    /** The broker that is there now. */
    void broker(Broker present) {
        broker = present;
        soon();
    }

    /** There is none any more; returns when nothing of it is used, or after 6 s. */
    void brokerGone() {
        broker = null;
        CountDownLatch left = new CountDownLatch(1);
        if (soon(left)) {
            await(left, LEAVE_SECONDS);
        }
    }

    /** The controller that is there now, or {@code null}. */
    void controller(ControllerAdmin present) {
        controller = present;
        soon();
    }

    /** Takes other settings; routes that are to be otherwise are made anew. */
    void settings(GatewaySettings changed) {
        settings = changed;
        soon();
    }

    /** What it waits for, in a few words; empty while it serves. */
    Optional<String> problem() {
        String wanting = wanting();
        return wanting.isEmpty() ? Optional.empty() : Optional.of(WAITS + wanting);
    }

    /** The targets whose queues are served. */
    Set<String> served() {
        return served;
    }

    /** Stops; commands under way have {@code drainLimit}. Returns when that is done. */
    void stop() {
        isStopped = true;
        CountDownLatch left = new CountDownLatch(1);
        if (soon(left)) {
            await(left, STOP_SECONDS);
        }
        thread.shutdownNow();
        timer.shutdownNow();
    }

    private static void await(CountDownLatch left, long seconds) {
        try {
            if (!left.await(seconds, TimeUnit.SECONDS)) {
                LOG.warn("The routes did not stop within {} s", seconds);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void soon() {
        soon(new CountDownLatch(1));
    }

    private boolean soon(CountDownLatch done) {
        try {
            thread.execute(() -> {
                try {
                    follow();
                } finally {
                    done.countDown();
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false; // it has stopped
        }
    }

    private void look() {
        follow();
        if (!isStopped) {
            try {
                thread.schedule(this::look, settings.lookPeriod().toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The gateway has stopped", e);
            }
        }
    }

    private String wanting() {
        if (broker == null) {
            return controller == null ? "a broker and a controller" : "a broker";
        }
        return controller == null ? "a controller" : "";
    }

    private void follow() {
        try {
            Broker present = broker;
            ControllerAdmin known = controller;
            if (isStopped || present == null || known == null) {
                leave(present == null && !isStopped);
            } else {
                serve(present, known);
            }
        } catch (RuntimeException e) {
            tell("cannot serve: " + e);
        }
    }

    private void leave(boolean isBrokerGone) {
        if (serving != null) {
            Serving ended = serving;
            serving = null;
            try {
                if (isBrokerGone) {
                    ended.close(DRAIN_OF_BROKER);
                } else {
                    ended.close();
                }
            } finally {
                served = Set.of();
            }
        }
        if (!isStopped) {
            tell(WAITS + wanting());
        }
    }

    private void serve(Broker present, ControllerAdmin known) {
        GatewaySettings now = settings;
        if (serving != null && (serving.broker() != present || !isSame(servingBy, now))) {
            leave(serving.broker() != present);
        }
        if (serving == null) {
            serving = new Serving(present, contexts, components.create(), () -> settings, timer);
            servingBy = now;
        }
        serving.serve(targets(known, now));
        served = serving.served();
        tell(served.isEmpty() ? "there is no target to serve" : "serves " + String.join(", ", new TreeSet<>(served)));
    }

    /** Whether routes need not be made anew: the rest is looked at for each message. */
    private static boolean isSame(GatewaySettings before, GatewaySettings now) {
        return before.consumers() == now.consumers() && before.maxBodyBytes() == now.maxBodyBytes();
    }

    private Set<String> targets(ControllerAdmin known, GatewaySettings now) {
        Set<String> targets = new TreeSet<>(now.targets());
        if (now.servesKnown()) {
            for (TargetView target : known.targets()) {
                if (InQueues.isPossible(target.targetId())) {
                    targets.add(target.targetId());
                }
            }
        }
        if (targets.size() > now.maxTargets()) {
            LOG.debug(
                    "{} of {} targets have no queue, see maxTargets",
                    targets.size() - now.maxTargets(),
                    targets.size());
            // those that have one keep it
            Set<String> kept = new TreeSet<>(served);
            kept.retainAll(targets);
            targets.stream().filter(target -> !kept.contains(target)).forEachOrdered(target -> {
                if (kept.size() < now.maxTargets()) {
                    kept.add(target);
                }
            });
            return kept.size() <= now.maxTargets()
                    ? kept
                    : new TreeSet<>(kept.stream().limit(now.maxTargets()).toList());
        }
        return targets;
    }

    /** Says what changed; of what it waits for, the first is said, and the rest is for {@link #problem}. */
    private void tell(String now) {
        boolean isSaid = now.equals(state) || now.startsWith(WAITS) && state.startsWith(WAITS);
        state = now;
        if (!isSaid) {
            LOG.info("{}", now);
        }
    }
}

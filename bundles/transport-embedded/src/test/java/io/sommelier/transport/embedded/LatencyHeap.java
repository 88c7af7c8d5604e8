package io.sommelier.transport.embedded;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What the times of many busy operations take of the heap: a real controller, and direct members inside, whose times are spread as those of real work are. Arguments: operations (10000), commands a
 * second in all (20000), seconds (85, so that all slots are in use).
 */
final class LatencyHeap {
    private static final int OPERATIONS_OF_TARGET = 100;

    private LatencyHeap() {}

    public static void main(String[] arguments) throws InterruptedException {
        int operations = argument(arguments, 0, 10_000);
        int rate = argument(arguments, 1, 20_000);
        int seconds = argument(arguments, 2, 85);
        Controller controller = new Controller("controller-1", ControllerSettings.defaults());
        EmbeddedTransport transport = new EmbeddedTransport();
        controller.add(transport).toCompletableFuture().join();
        CommandSender sender = transport.sender("caller");
        SplittableRandom random = new SplittableRandom(1);
        for (int target = 0; target < operations / OPERATIONS_OF_TARGET; target++) {
            MemberSpec.Builder member = MemberSpec.of("member-" + target, target(target));
            for (int i = 0; i < OPERATIONS_OF_TARGET; i++) {
                member.direct("operation-" + i, CommandHandler.answering(invocation -> {
                    work(random);
                    return invocation.payload();
                }));
            }
            transport.register(member.build());
        }

        long before = usedBytes();
        int sent = 0;
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        for (long now = start; now < end; now = System.nanoTime()) {
            for (long due = (now - start) * rate / 1_000_000_000L; sent < due; sent++) {
                int operation = sent % operations;
                sender.send(Command.to(
                                        target(operation / OPERATIONS_OF_TARGET),
                                        "operation-" + operation % OPERATIONS_OF_TARGET)
                                .build())
                        .result()
                        .toCompletableFuture()
                        .join();
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        long busy = usedBytes() - before;
        System.out.printf(
                "%d operations, %d commands: %.1f MB, %d bytes an operation%n",
                operations, sent, busy / 1e6, busy / operations);
        TimeUnit.SECONDS.sleep(seconds);
        long idle = usedBytes() - before;
        System.out.printf("idle for %d s: %.1f MB, %d bytes an operation%n", seconds, idle / 1e6, idle / operations);
        controller.close(Duration.ofSeconds(1));
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    private static String target(int number) {
        return "target-" + number;
    }

    /** Half of the time less than 20 us, and one in a hundred more than 200 us. */
    private static void work(SplittableRandom random) {
        double spread = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5; // near to a bell
        long end = System.nanoTime() + (long) (20_000 * Math.exp(2 * spread));
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private static long usedBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(300);
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}

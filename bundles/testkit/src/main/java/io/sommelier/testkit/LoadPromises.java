package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.inFlightAt;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How the members of one target share its commands, as the strategy that is built in has it. */
interface LoadPromises extends WorldAccess {
    /** The operation that stays until the gate opens. */
    String AGE = "age";

    /** Says who he is, at once by {@link #POUR}, and behind the gate, which takes no thread, by {@link #AGE}. */
    private static void join(World world, String instance, CompletableFuture<Void> gate) {
        world.member(MemberPlan.of(TARGET, instance)
                .serving(POUR, CommandHandler.answering(invocation -> Payload.ofText(instance)))
                .serving(
                        AGE,
                        CommandHandler.answeringLater(invocation -> gate.thenApply(open -> Payload.ofText(instance)))));
    }

    private static List<Call> send(World world, Target target, String operation, int count) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(world.caller().send(Command.to(target, operation).build()));
        }
        return calls;
    }

    /** How many each member answers of so many, sent so many at once. */
    private static Map<String, Integer> shares(World world, int count, int atOnce) throws Exception {
        Map<String, Integer> shares = new TreeMap<>();
        for (int sent = 0; sent < count; sent += atOnce) {
            for (Call call : send(world, Target.of(TARGET), POUR, atOnce)) {
                shares.merge(textOf(call), 1, Integer::sum);
            }
        }
        return shares;
    }

    /** Gives a member so many commands that stay. */
    private static List<Call> burden(World world, String instance, int count) {
        List<Call> burden = send(world, new Target(TARGET, instance), AGE, count);
        soon().until(() -> inFlightAt(world, instance) == count);
        return burden;
    }

    @Test
    default void membersOfOneTargetShareItsCommands() throws Exception { // GX-4 defect 5
        World world = open();
        List<String> members = List.of("a", "b", "c", "d");
        members.forEach(instance -> join(world, instance, new CompletableFuture<>()));

        Map<String, Integer> oneByOne = shares(world, 400, 1);
        Map<String, Integer> inBursts = shares(world, 400, 20);

        // A hundred each is due. Who had a share of 50, or of 150, would be one in ten million.
        for (Map<String, Integer> shares : List.of(oneByOne, inBursts)) {
            assertThat(shares).containsOnlyKeys(members);
            assertThat(shares.values()).as("%s", shares).allMatch(share -> share > 50 && share < 150);
        }
    }

    @Test
    default void whoHasABacklogGetsNothingUntilTheOthersHaveAsMuch() throws Exception {
        World world = open();
        CompletableFuture<Void> gateOfA = new CompletableFuture<>();
        CompletableFuture<Void> gateOfB = new CompletableFuture<>();
        join(world, "a", gateOfA);
        join(world, "b", gateOfB);
        List<Call> backlog = burden(world, "a", 10);

        assertThat(shares(world, 40, 1)).isEqualTo(Map.of("b", 40));
        List<Call> fresh = send(world, Target.of(TARGET), AGE, 10);
        soon().until(() -> world.admin().inFlight() == 20);
        assertThat(inFlightAt(world, "a")).isEqualTo(10);
        assertThat(inFlightAt(world, "b")).isEqualTo(10);
        assertThat(shares(world, 100, 1)).containsOnlyKeys("a", "b");

        gateOfB.complete(null);
        for (Call call : fresh) {
            assertThat(textOf(call)).isEqualTo("b");
        }
        assertThat(shares(world, 40, 1)).isEqualTo(Map.of("b", 40));
        gateOfA.complete(null);
        for (Call call : backlog) {
            assertThat(textOf(call)).isEqualTo("a");
        }
        assertThat(shares(world, 100, 1)).containsOnlyKeys("a", "b");
    }

    @Test
    default void whoHasABacklogAmongManyGetsNextToNothing() throws Exception {
        World world = open();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        for (int i = 0; i < 8; i++) {
            join(world, "member-" + i, gate);
        }
        List<Call> backlog = burden(world, "member-3", 20);

        Map<String, Integer> shares = shares(world, 300, 1);

        // It is taken only where chance picks it twice, some five times in 300. Without regard to its backlog it were
        // 38 times.
        assertThat(shares.getOrDefault("member-3", 0)).as("%s", shares).isLessThan(20);
        assertThat(shares).hasSizeGreaterThanOrEqualTo(7);
        gate.complete(null);
        for (Call call : backlog) {
            assertThat(textOf(call)).isEqualTo("member-3");
        }
    }
}

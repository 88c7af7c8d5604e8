package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.HelloRefusedException;
import org.junit.jupiter.api.Test;

/** Who gets in, and what those who do not are told. */
interface HelloPromises extends WorldAccess {
    /** The token that {@link World#caller} shows. */
    String CALLER_TOKEN = "caller-secret";

    private static WorldSettings guarded() {
        return WorldSettings.defaults()
                .withSecurity(
                        new FixedCredentials()
                                .know(CALLER_TOKEN, "app")
                                .know("cellar-secret", "cellarman")
                                .know("guest-secret", "guest"),
                        new RuleAuthorizer()
                                .permit("cellarman", Authorizer.Action.SERVE, TARGET, RuleAuthorizer.ANY)
                                .permit("guest", Authorizer.Action.SERVE, "terrace", RuleAuthorizer.ANY)
                                .permit(
                                        RuleAuthorizer.ANY,
                                        Authorizer.Action.SEND,
                                        RuleAuthorizer.ANY,
                                        RuleAuthorizer.ANY));
    }

    private static CloseReason reasonOf(World world, MemberPlan refused) {
        HelloRefusedException refusal = catchThrowableOfType(HelloRefusedException.class, () -> world.member(refused));
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.goodbye().message()).isNotBlank();
        return refusal.goodbye().reason();
    }

    private static boolean hasNoMember(World world) {
        return world.admin().targets().stream()
                .filter(target -> target.targetId().equals(TARGET))
                .allMatch(target -> target.members().isEmpty());
    }

    @Test
    default void anInstanceIdThatIsInUseIsRefusedAndItsOwnerGoesOn() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        CloseReason reason = reasonOf(world, MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        assertThat(reason).isEqualTo(CloseReason.DUPLICATE_INSTANCE);
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void anInstanceIdIsFreeAgainWhenItsOwnerHasClosed() throws Exception {
        World world = open();
        WorldMember first = world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));
        first.close();
        soon().until(() -> hasNoMember(world));

        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void whoShowsAWrongSecretOrNoneIsRefused() {
        World world = open(guarded());
        MemberPlan plan = MemberPlan.of(TARGET, "a").serving(POUR, ECHO);

        assertThat(reasonOf(world, plan)).isEqualTo(CloseReason.UNAUTHENTICATED);
        assertThat(reasonOf(world, plan.showing(FixedCredentials.token("guessed"))))
                .isEqualTo(CloseReason.UNAUTHENTICATED);
    }

    @Test
    default void whoMayNotServeTheTargetIsRefused() {
        World world = open(guarded());

        CloseReason reason = reasonOf(
                world, MemberPlan.of(TARGET, "a").serving(POUR, ECHO).showing(FixedCredentials.token("guest-secret")));

        assertThat(reason).isEqualTo(CloseReason.FORBIDDEN);
    }

    @Test
    default void anInstanceIdBelongsToThePrincipalThatFirstUsedIt() {
        World world = open(guarded());
        WorldMember first = world.member(
                MemberPlan.of(TARGET, "a").serving(POUR, ECHO).showing(FixedCredentials.token("cellar-secret")));
        first.close();
        soon().until(() -> hasNoMember(world));

        CloseReason reason = reasonOf(
                world,
                MemberPlan.of("terrace", "a").serving(POUR, ECHO).showing(FixedCredentials.token("guest-secret")));

        assertThat(reason).isEqualTo(CloseReason.FORBIDDEN);
    }

    @Test
    default void theHandlerLearnsWhoTheCallerIs() throws Exception {
        World world = open(guarded());
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, CommandHandler.answering(invocation -> Payload.ofText(invocation.principal())))
                .showing(FixedCredentials.token("cellar-secret")));

        String principal = textOf(world.caller().send(Command.to(TARGET, POUR).build()));

        assertThat(principal).isEqualTo("app");
    }
}

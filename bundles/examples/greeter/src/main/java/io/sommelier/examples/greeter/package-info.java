/** A command handler that is nothing but a component. */
package io.sommelier.examples.greeter;

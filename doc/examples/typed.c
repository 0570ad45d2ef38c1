/* SPDX-License-Identifier: MIT */
/*
 * Typed caches: the compiler sees to it that a car is not freed as a truck.
 * SLAB_INLINE puts the short paths of slab_alloc() and slab_free() into the
 * program.
 */
#define SLAB_INLINE 1
#include <slab.h>

#include <err.h>

struct car { char plate[12]; int seats; };
struct truck { char plate[12]; int axles; double load; };

SLAB_DEFINE_TYPED(car, struct car);
SLAB_DEFINE_TYPED(truck, struct truck);

int main(void)
{
	slab_cache *cars = slab_builder_build(car_builder());
	slab_cache *trucks = slab_builder_build(truck_builder());
	struct car *car;
	struct truck *truck;

	if (cars == NULL || trucks == NULL)
		err(1, "%s", slab_error());
	car = car_zalloc(cars);
	truck = truck_alloc(trucks);
	if (car == NULL || truck == NULL)
		err(1, "%s", slab_error());

	printf("a new car has %d seats\n", car->seats);
	car_free(cars, car);
	truck_free(trucks, truck);
	/* car_free(cars, truck) does not compile. */

	return slab_destroy(cars) != 0 || slab_destroy(trucks) != 0;
}

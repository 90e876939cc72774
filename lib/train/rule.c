#include "train/trainer.h"

static int
check_share(const char *what, double v, struct error *err)
{
	if (v >= 0.0 && v < 1.0)
		return 0;
	return error_set(err, "%s is %g, expected 0 to below 1", what, v);
}

static int
check_positive(const char *what, double v, struct error *err)
{
	if (v >= 0.0)
		return 0;
	return error_set(err, "%s is %g, expected 0 or more", what, v);
}

int
trainer_rule_check(const struct trainer_rule *rule, struct error *err)
{
	const struct optimiser_rule *o = &rule->optimiser;
	const struct schedule *s = &rule->schedule;

	if (check_positive("--lr", s->lr, err) < 0 ||
	    check_positive("--gamma", s->gamma, err) < 0 ||
	    check_positive("--warmup", s->warmup, err) < 0 ||
	    check_positive("--wd", o->decay, err) < 0 ||
	    check_positive("--epsilon", o->epsilon, err) < 0 ||
	    check_share("--momentum", o->momentum, err) < 0 ||
	    check_share("--beta1", o->beta1, err) < 0 ||
	    check_share("--beta2", o->beta2, err) < 0)
		return -1;
	if (o->kind == OPTIMISER_SGD && o->nesterov && o->momentum == 0.0)
		return error_set(err, "--nesterov needs a --momentum above 0");
	if (!(rule->feed.noise >= 0.0 && rule->feed.noise <= 1.0))
		return error_set(err, "--label-noise is %g, expected 0 to 1",
		    rule->feed.noise);
	return 0;
}

void
trainer_rule_pack(const struct trainer_rule *rule, struct pack *pack)
{
	const struct optimiser_rule *o = &rule->optimiser;
	const struct schedule *s = &rule->schedule;
	const struct feed_rule *f = &rule->feed;

	if (s->kind == SCHEDULE_COSINE)
		pack_key_int(pack, "epochs", s->epochs);
	pack_key_int(pack, "batch", rule->batch);
	pack_key_int(pack, "bn_batch", rule->bn_batch);
	pack_key_text(pack, "loss", loss_words[rule->loss]);
	pack_key_text(pack, "optimiser", optimiser_words[o->kind]);
	pack_key_real(pack, "lr", s->lr);
	pack_key_real(pack, "wd", o->decay);
	pack_key_int(pack, "wd_biasbn", o->decay_biasbn);
	pack_key_real(pack, "momentum", o->momentum);
	pack_key_int(pack, "nesterov", o->nesterov);
	pack_key_real(pack, "beta1", o->beta1);
	pack_key_real(pack, "beta2", o->beta2);
	pack_key_real(pack, "epsilon", o->epsilon);
	pack_key_text(pack, "schedule", schedule_words[s->kind]);
	pack_key_reals(pack, "milestones", s->milestone, s->milestones);
	pack_key_real(pack, "gamma", s->gamma);
	pack_key_real(pack, "warmup", s->warmup);
	pack_key_text(pack, "order", feed_order_words[f->order]);
	pack_key_text(pack, "augment", feed_augment_words[f->augment]);
	pack_key_real(pack, "label_noise", f->noise);
	pack_key_int(pack, "seed", (int64_t)f->seed);
}

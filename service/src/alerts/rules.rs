//! Rules: reading, making, changing and ending them.

use std::collections::HashMap;

use numbering::{CountryCode, NumberType};
use store::{
    AlertBreakdown, AlertComparison, AlertFilter, AlertMetric, AlertRecord, AlertRuleRecord, AlertRuleSpec,
    DeliveryRecord, Page, PageRequest,
};

use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode, validate::Faults};

/// Most addresses of a rule.
const MOST_EMAILS: usize = 20;
/// The largest threshold.
const LARGEST: f64 = 1e9;

/// What a rule shall say.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRuleInput {
    /// Name, for people.
    pub name: String,
    /// What is measured.
    pub metric: AlertMetric,
    /// Which side is bad.
    pub comparison: AlertComparison,
    /// Where it fires, in the metric's unit.
    pub threshold: f64,
    /// Where it clears; where it fires unless said.
    pub clear_threshold: Option<f64>,
    /// Together, or each by itself.
    pub breakdown: AlertBreakdown,
    /// Of numbers of this type alone.
    pub number_type: Option<NumberType>,
    /// Of numbers of this country alone.
    pub country: Option<CountryCode>,
    /// Of numbers with this area code alone; needs a country.
    pub area_code: Option<String>,
    /// Who gets mail.
    pub emails: Vec<String>,
    /// Row of the webhook that is called.
    pub webhook_id: Option<i64>,
    /// Whether it is evaluated.
    pub enabled: bool,
}

impl Switchboard {
    /// A page of the caller's rules, oldest first. The platform sees those of its resellers too.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; what the database says.
    pub async fn alert_rules(
        &self,
        who: &Principal,
        request: &PageRequest,
    ) -> ServiceResult<Page<AlertRuleRecord>> {
        who.may_watch_stock()?;
        Ok(store::alert_rules(self.database().reader(), who.scope, request).await?)
    }

    /// How many rules [`Switchboard::alert_rules`] lists.
    ///
    /// # Errors
    /// As there.
    pub async fn count_alert_rules(&self, who: &Principal) -> ServiceResult<i64> {
        who.may_watch_stock()?;
        Ok(store::count_alert_rules(self.database().reader(), who.scope).await?)
    }

    /// A rule that the caller may see.
    ///
    /// # Errors
    /// What the database says.
    pub async fn alert_rule(&self, who: &Principal, id: i64) -> ServiceResult<Option<AlertRuleRecord>> {
        if who.may_watch_stock().is_err() {
            return Ok(None);
        }
        Ok(store::alert_rule(self.database().reader(), who.scope, id).await?)
    }

    /// Rules of alerts that the caller may see, ended ones too.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rules_of_alerts(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, AlertRuleRecord>> {
        who.may_watch_stock()?;
        Ok(store::alert_rules_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// A page of what the caller's rules have fired, newest first.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; what the database says.
    pub async fn alerts(
        &self,
        who: &Principal,
        filter: &AlertFilter,
        request: &PageRequest,
    ) -> ServiceResult<Page<AlertRecord>> {
        who.may_watch_stock()?;
        Ok(store::alerts(self.database().reader(), who.scope, filter, request).await?)
    }

    /// How many alerts [`Switchboard::alerts`] lists.
    ///
    /// # Errors
    /// As there.
    pub async fn count_alerts(&self, who: &Principal, filter: &AlertFilter) -> ServiceResult<i64> {
        who.may_watch_stock()?;
        Ok(store::count_alerts(self.database().reader(), who.scope, filter).await?)
    }

    /// An alert that the caller may see.
    ///
    /// # Errors
    /// What the database says.
    pub async fn alert(&self, who: &Principal, id: i64) -> ServiceResult<Option<AlertRecord>> {
        if who.may_watch_stock().is_err() {
            return Ok(None);
        }
        Ok(store::alert(self.database().reader(), who.scope, id).await?)
    }

    /// What became of telling people of alerts that the caller may see.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deliveries_of_alerts(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, Vec<DeliveryRecord>>> {
        who.may_watch_stock()?;
        Ok(store::deliveries_of_alerts(self.database().reader(), ids).await?)
    }

    /// Makes a rule, which is evaluated within seconds.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; `Refused` with the paths of what is wrong.
    pub async fn create_alert_rule(
        &self,
        who: &Principal,
        input: AlertRuleInput,
    ) -> ServiceResult<AlertRuleRecord> {
        let reseller_id = who.may_watch_stock()?;
        let spec = self.checked(who, input).await?;
        let id = self
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { store::insert_alert_rule(tx, reseller_id, &spec).await })
            })
            .await?;
        let rule = self.alert_rule(who, id).await?;
        rule.ok_or_else(|| ServiceError::Internal("a new rule is gone".to_owned()))
    }

    /// Replaces what a rule says. An open alert stays open where the rule still watches the same; else it is closed,
    /// without telling anybody, and fires again if it must.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; `Refused` with the paths of what is wrong, `NotFound` among them.
    pub async fn update_alert_rule(
        &self,
        who: &Principal,
        id: i64,
        input: AlertRuleInput,
    ) -> ServiceResult<AlertRuleRecord> {
        who.may_watch_stock()?;
        let before = self.alert_rule(who, id).await?.ok_or_else(no_such_rule)?;
        let spec = self.checked(who, input).await?;
        let close = !spec.enabled || !same_watch(&before.spec, &spec);
        let scope = who.scope;
        let there = self
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { store::update_alert_rule(tx, scope, id, &spec, close).await })
            })
            .await?;
        if !there {
            return Err(no_such_rule());
        }
        self.alert_rule(who, id).await?.ok_or_else(no_such_rule)
    }

    /// Ends a rule and closes its alerts, without telling anybody. What it fired stays on record.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; `Refused` with `NotFound`.
    pub async fn delete_alert_rule(&self, who: &Principal, id: i64) -> ServiceResult<()> {
        who.may_watch_stock()?;
        let scope = who.scope;
        let there = self
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { store::delete_alert_rule(tx, scope, id).await })
            })
            .await?;
        if there { Ok(()) } else { Err(no_such_rule()) }
    }

    /// What a rule shall say, if it can.
    pub(super) async fn checked(
        &self,
        who: &Principal,
        input: AlertRuleInput,
    ) -> ServiceResult<AlertRuleSpec> {
        let reseller_id = who.may_watch_stock()?;
        let mut faults = Checks::default();
        let name = input.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            faults.add(
                "name",
                "name must be 1 to 100 characters without control characters",
            );
        }
        if reseller_id.is_some() && input.metric != AlertMetric::UtilizationPercent {
            let message = "stock is the platform's: a reseller's rule can watch UTILIZATION_PERCENT";
            faults.add("metric", message);
        }
        let most = if input.metric == AlertMetric::UtilizationPercent {
            100.0
        } else {
            LARGEST
        };
        let threshold = faults.thousandths("threshold", input.threshold, most);
        let clear = input.clear_threshold.unwrap_or(input.threshold);
        let clear_threshold = faults.thousandths("clearThreshold", clear, most);
        let wrong_side = match input.comparison {
            AlertComparison::Below => clear_threshold < threshold,
            AlertComparison::Above => clear_threshold > threshold,
        };
        if wrong_side {
            let side = match input.comparison {
                AlertComparison::Below => "below threshold when the rule fires below it",
                AlertComparison::Above => "above threshold when the rule fires above it",
            };
            faults.add("clearThreshold", format!("clearThreshold must not be {side}"));
        }
        let area_code = input.area_code.map(|code| code.trim().to_owned());
        if let Some(code) = &area_code {
            let digits = (1..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                faults.add("areaCode", "areaCode must be 1 to 8 digits, without trunk prefix");
            } else if input.country.is_none() {
                faults.add("country", "an areaCode needs its country");
            }
        }
        let emails = faults.emails(input.emails);
        if !emails.is_empty() && self.settings().mailer.is_none() {
            let message =
                "no mail server is configured: set [mail] in the configuration, or leave emails out";
            faults.add("emails", message);
        }
        if let Some(id) = input.webhook_id
            && self.webhook(who, id).await?.is_none()
        {
            faults.0.add(
                UserErrorCode::NotFound,
                "input.rule.webhookId",
                "no webhook with this id is visible to this key",
            );
        }
        faults.0.into_result()?;
        Ok(AlertRuleSpec {
            name,
            metric: input.metric,
            comparison: input.comparison,
            threshold,
            clear_threshold,
            breakdown: input.breakdown,
            number_type: input.number_type,
            country: input.country,
            area_code,
            emails,
            webhook_id: input.webhook_id,
            enabled: input.enabled,
        })
    }
}

/// Faults of a rule's fields.
#[derive(Default)]
struct Checks(Faults);

impl Checks {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.add(
            UserErrorCode::InvalidInput,
            &format!("input.rule.{field}"),
            message,
        );
    }

    /// A threshold, which has at most three digits after the point.
    fn thousandths(&mut self, field: &str, value: f64, most: f64) -> i64 {
        if !value.is_finite() || !(0.0..=most).contains(&value) {
            self.add(field, format!("{field} must be 0 to {most}"));
            return 0;
        }
        let thousandths = (value * 1_000.0).round();
        if (thousandths / 1_000.0 - value).abs() > 1e-9 * value.max(1.0) {
            self.add(
                field,
                format!("{field} must have at most 3 digits after the point"),
            );
        }
        // At most 10^12.
        thousandths as i64
    }

    /// Addresses without repetitions.
    fn emails(&mut self, emails: Vec<String>) -> Vec<String> {
        if emails.len() > MOST_EMAILS {
            self.add("emails", format!("a rule has at most {MOST_EMAILS} addresses"));
        }
        let mut clean: Vec<String> = Vec::new();
        for (at, email) in emails.into_iter().enumerate() {
            let email = email.trim().to_owned();
            let sound = email.len() <= 254 && email.parse::<mail::Address>().is_ok();
            if !sound {
                self.add(
                    &format!("emails.{at}"),
                    "this is not an e-mail address such as ops@example.com",
                );
            } else if !clean.contains(&email) {
                clean.push(email);
            }
        }
        clean
    }
}

/// Whether an alert of the one is an alert of the other.
fn same_watch(before: &AlertRuleSpec, after: &AlertRuleSpec) -> bool {
    (before.metric, before.comparison, before.breakdown) == (after.metric, after.comparison, after.breakdown)
        && (before.number_type, before.country) == (after.number_type, after.country)
        && before.area_code == after.area_code
}

fn no_such_rule() -> ServiceError {
    let message = "no alert rule with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.alertRuleId", message)
}
